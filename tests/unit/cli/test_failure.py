"""However a command ends, there is one message and one exit code."""

import json

import click
import pytest

from fraisier.cli.app import App
from fraisier.cli.door import door
from fraisier.cli.main import main
from fraisier.errors import ConfigurationError, FraiseQLError, LockError, RollbackError, Unreachable


def ending(raised):
    @door("fraisier end", name="end")
    def command(_app: App) -> None:
        """End."""
        raise raised

    return command


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (FraiseQLError("It broke.", hint="Mend it."), 1),
        (ConfigurationError("It is wrong.", hint="Write it well."), 2),
        (LockError("It is taken."), 3),
        (RollbackError("It is down."), 4),
        (Unreachable("It is away."), 5),
    ],
)
def test_known_errors(capsys, error, code):
    assert main([], ending(error)) == code
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == f"Error: {error.message}\n" + (f"Hint: {error.hint}\n" if error.hint else "")
    assert main(["--json"], ending(error)) == code
    told = capsys.readouterr()
    assert json.loads(told.out) == {"schema": 1, "error": error.as_dict()}
    assert told.err == ""


@pytest.mark.parametrize("raised", [KeyboardInterrupt(), click.Abort()])
def test_ctrl_c(capsys, raised):
    assert main([], ending(raised)) == 130
    assert capsys.readouterr().err.strip() == "Error: Interrupted."


def test_our_own_bugs_leave_a_traceback_in_a_file(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr("fraisier.cli.crash.SYSTEM", (tmp_path / "none" / "such",))
    (tmp_path / "none").write_text("a file, so that no folder can be made there")
    assert main([], ending(ZeroDivisionError("on a\x1b[31m Tuesday"))) == 70
    told = capsys.readouterr().err.splitlines()
    [crash] = (tmp_path / "fraisier" / "logs").iterdir()
    assert told == [
        "Error: This is a bug in Fraisier: ZeroDivisionError: on a Tuesday",
        f"Hint: The traceback is in {crash}.",
    ]
    assert "Traceback" in crash.read_text()
    assert crash.stat().st_mode & 0o777 == 0o600


def test_verbose_shows_the_traceback_at_once(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr("fraisier.cli.crash.SYSTEM", ())
    assert main(["-v"], ending(ZeroDivisionError("here"))) == 70
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_control_characters_never_reach_the_terminal(capsys):
    main([], ending(FraiseQLError("branch \x1b]0;owned\x07main\x08\x9b2J", hint="\x1b[2Jnothing")))
    assert capsys.readouterr().err == "Error: branch main2J\nHint: nothing\n"
