import pytest

from fraisier.config.state import State

FRAISIER = """fraises:
  fraisier:
    database: {type: sqlite, path: /opt/fraisier/fraisier.db, strategy: apply}
"""


def test_nothing_said(load):
    assert load("fraises: {}").state == State()


def test_at_the_top(load):
    assert load("database: {type: SQLite, path: /a.db}\nfraises: {}").state == State(path="/a.db")


def test_in_the_fraise_called_fraisier(load):
    assert load(FRAISIER).state == State(path="/opt/fraisier/fraisier.db")


def test_its_environments_do_not_inherit_it(load):
    config = load(FRAISIER + "    environments: {production: {app_path: /a, systemd_service: a}}\n")
    assert config.get_fraise_environment("fraisier", "production").database is None


def test_twice_the_same(load):
    assert (
        load("database: {path: /opt/fraisier/fraisier.db}\n" + FRAISIER).state.path
        == "/opt/fraisier/fraisier.db"
    )


def test_an_empty_block_says_nothing(load):
    assert load("database:\n" + FRAISIER).state.path == "/opt/fraisier/fraisier.db"


def test_a_contradiction_names_both_lines(wrong):
    (problem,) = wrong("database:\n  path: /other.db\n" + FRAISIER)
    assert problem.line == 5
    assert problem.what == "contradicts database on line 2: both are Fraisier's own database"


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("{path: fraisier.db}", "must be an absolute path, not 'fraisier.db'"),
        (
            "{strategy: rebuild}",
            "there is no strategy for Fraisier's own database, which is never rebuilt, called",
        ),
        ("{migrate: x}", "unknown key 'migrate'"),
        ("5", "must be a mapping of keys to values"),
    ],
)
def test_what_is_wrong(wrong, block, expected):
    (problem,) = wrong(f"database: {block}\nfraises: {{}}")
    assert problem.what.startswith(expected)
