"""Prints how a deployment or rollback ended."""

from __future__ import annotations

from collections.abc import Sequence

from fraisier.cli import outcome, terminal
from fraisier.cli.app import App
from fraisier.errors import worst
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


def show_all(app: App, reports: Sequence[Report]) -> int:
    """One after the other, each under its name; one array for machines. Returns the worst exit code."""
    if app.json:
        terminal.answer([outcome.as_dict(report) for report in reports])
    else:
        for report in reports:
            write = terminal.complain if report.exit_code else terminal.say
            write(f"\n{report.fraise} → {report.environment}")
            show(app, report)
    return worst([report.exit_code for report in reports])
