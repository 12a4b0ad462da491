import re

import pytest

from fraisier.database.sqlite import script

TEXT = """-- What it does; with :a word that is no parameter.
-- :fraise
-- :job = ''
-- :limit = 20  how many
-- :reason = NULL  why
-- :status = '(unchanged)'  in words
-- Returns it.
SELECT ';
-- :not_a_parameter
';

CREATE TRIGGER t AFTER INSERT ON x
BEGIN
    SELECT 1;
    SELECT 2;
END;
-- the end
"""


def test_the_header_declares_parameters():
    found = script.parameters(TEXT.partition("SELECT")[0])
    assert found == {
        "fraise": script.REQUIRED,
        "job": "",
        "limit": 20,
        "reason": None,
        "status": "(unchanged)",
    }


def test_a_trigger_and_a_text_stay_whole():
    select, trigger = script.statements(TEXT)
    assert select.endswith("';")
    assert trigger.startswith("CREATE TRIGGER")
    assert trigger.endswith("END;")


def make(**parameters):
    return script.Script(name="fn_x", parameters=parameters, statements=())


def test_wrong_names_are_a_programmers_error():
    with pytest.raises(TypeError, match="fn_x has no parameter colour"):
        make(a=1).bind({"colour": 2})
    with pytest.raises(TypeError, match="fn_x needs b"):
        make(a=1, b=script.REQUIRED).bind({})
    with pytest.raises(TypeError, match="no such function: fn_nothing"):
        script.load(script.SQL / "functions" / "fn_nothing.sql")


def test_structures_go_in_as_json():
    bound = make(a=None, b=None, c=script.REQUIRED).bind({"a": {"é": [1]}, "c": "text"})
    assert bound == {"a": '{"é": [1]}', "b": None, "c": "text"}


@pytest.mark.parametrize(
    "file", sorted(script.SQL.glob("functions/*.sql")) + sorted(script.SQL.glob("queries/*.sql"))
)
def test_every_file_says_what_it_does_and_what_it_takes(file):
    """What a header declares is used, what is used is declared, set by an earlier SELECT, or always bound."""
    text = file.read_text(encoding="utf-8")
    assert text.startswith("-- ")
    header = "\n".join(line for line in text.splitlines() if line.startswith("--"))
    body = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    declared = set(script.parameters(header))
    used = set(re.findall(r"(?<![':\w]):([a-z_0-9]+)", body))
    selected = set(re.findall(r"\bAS ([a-z_]+)|\bd\.([a-z_]+)", body))
    known = {name for pair in selected for name in pair} | {"now", "epoch_ms", "boot_time", "boot_id"}
    assert declared <= used
    assert used <= declared | known
    if file.parent.name == "functions":
        assert "-- Returns " in header
    else:
        assert len(script.load(file).statements) == 1
