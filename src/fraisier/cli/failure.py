"""How a command fails: one message for people or machines, and the exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from fraisier.cli import terminal

if TYPE_CHECKING:
    from fraisier.errors import FraiseQLError

USAGE: Final = 2
BUG: Final = 70
INTERRUPTED: Final = 130


def known(error: FraiseQLError, *, json: bool) -> int:
    """Something that Fraisier expects to happen. Returns its exit code."""
    return _report(error.as_dict(), json=json)


def usage(error: click.ClickException, *, json: bool) -> int:
    """Words that the command line does not know. Returns 2."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return USAGE
    context = getattr(error, "ctx", None)
    hint = f"{context.command_path} --help" if context else "fraisier --help"
    fields = {"code": "usage", "message": error.format_message(), "hint": hint, "exit_code": USAGE}
    return _report(fields, json=json)


def interrupted(*, json: bool) -> int:
    """Ctrl-C where nothing had begun that needs undoing. Returns 130."""
    fields = {"code": "interrupted", "message": "Interrupted.", "hint": None, "exit_code": INTERRUPTED}
    return _report(fields, json=json)


def bug(error: Exception, *, json: bool, verbose: bool) -> int:
    """Something that should never happen: one line, and the traceback in a file. Returns 70."""
    from fraisier.cli import crash

    if verbose:
        terminal.complain(crash.traceback_of(error))
    place = crash.write(error)
    fields = {
        "code": "bug",
        "message": f"This is a bug in Fraisier: {type(error).__name__}: {terminal.one_line(str(error))}",
        "hint": f"The traceback is in {place}."
        if place
        else "Run it again with --verbose to see the traceback.",
        "exit_code": BUG,
    }
    return _report(fields, json=json)


def _report(error: dict[str, Any], *, json: bool) -> int:
    if json:
        terminal.answer({"schema": 1, "error": error})
    else:
        terminal.complain(f"Error: {terminal.clean(str(error['message']))}", colour="red")
        if error["hint"]:
            terminal.complain(f"Hint: {terminal.clean(str(error['hint']))}")
    return int(error["exit_code"])
