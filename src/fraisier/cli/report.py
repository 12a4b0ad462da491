"""Prints how a deployment or rollback ended."""

from __future__ import annotations

from fraisier.cli import outcome, terminal
from fraisier.cli.app import App
from fraisier.model.report import Report


def show(app: App, report: Report) -> int:
    """A failure goes to standard error. Returns the exit code."""
    if app.json:
        terminal.answer(outcome.as_dict(report))
        return report.exit_code
    write = terminal.complain if report.exit_code else terminal.say
    for text, colour in outcome.lines(report):
        write(text, colour=colour)
    return report.exit_code
