from pathlib import Path

import pytest

from fraisier.database.place import default_place, path_of
from fraisier.errors import ConfigurationError, NotSupportedYet


@pytest.mark.feature("DB-05")
def test_the_named_file_wins(tmp_path):
    (tmp_path / "var/lib/fraisier").mkdir(parents=True)
    environ = {"FRAISIER_DB_PATH": "/srv/state.db", "FRAISIER_DATABASE_URL": "sqlite:////srv/other.db"}
    assert default_place(environ, tmp_path) == Path("/srv/state.db")
    del environ["FRAISIER_DB_PATH"]
    assert default_place(environ, tmp_path) == Path("/srv/other.db")


@pytest.mark.feature("DB-05")
def test_the_shared_file_where_it_exists_or_could_be_made(tmp_path):
    (tmp_path / "opt/fraisier/data").mkdir(parents=True)
    (tmp_path / "var/lib").mkdir(parents=True)
    assert default_place({}, tmp_path) == tmp_path / "var/lib/fraisier/fraisier.db"


def test_then_opt_then_the_users_own_folder(tmp_path):
    environ = {"HOME": "/home/ada"}
    assert default_place(environ, tmp_path) == Path("/home/ada/.local/state/fraisier/fraisier.db")
    environ["XDG_STATE_HOME"] = "/home/ada/state"
    assert default_place(environ, tmp_path) == Path("/home/ada/state/fraisier/fraisier.db")
    (tmp_path / "opt/fraisier/data").mkdir(parents=True)
    assert default_place(environ, tmp_path) == tmp_path / "opt/fraisier/data/fraisier.db"


def test_paths_and_urls(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/ada")
    assert path_of("x.db") == tmp_path / "x.db"
    assert path_of("~/x.db") == Path("/home/ada/x.db")
    assert path_of("sqlite:///srv/x.db") == Path("/srv/x.db")


@pytest.mark.parametrize("scheme", ["postgresql", "mysql"])
def test_a_server_is_refused_by_name(scheme):
    with pytest.raises(NotSupportedYet, match=scheme):
        path_of(f"{scheme}://user:word@db/fraisier")


def test_what_we_never_keep_state_on_is_refused():
    with pytest.raises(ConfigurationError, match="mssql"):
        path_of("mssql://db/fraisier")
