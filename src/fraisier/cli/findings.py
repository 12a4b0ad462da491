"""Prints what was found, each with the command that mends it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from fraisier.cli import terminal
from fraisier.cli.app import App
from fraisier.model.finding import Finding, Health

MARKS: Final = {Health.OK: ("✓", "green"), Health.WARNING: ("!", "yellow"), Health.PROBLEM: ("✗", "red")}


def show(app: App, findings: Sequence[Finding], **more: Any) -> int:
    """Returns 1 when something is wrong; warnings are not."""
    problems = sum(each.health is Health.PROBLEM for each in findings)
    if app.json:
        rows = [
            {"check": each.check, "status": str(each.health), "said": each.said, "fix": each.fix or None}
            for each in findings
        ]
        terminal.answer({"schema": 1, **more, "healthy": problems == 0, "findings": rows})
        return 1 if problems else 0
    for each in findings:
        mark, colour = MARKS[each.health]
        terminal.say(f"{mark} {each.check}: {terminal.one_line(each.said)}", colour=colour)
        if each.fix:
            terminal.say(f"    → {terminal.one_line(each.fix)}")
    if problems:
        terminal.complain(f"{problems} thing{'s are' if problems > 1 else ' is'} wrong here.", colour="red")
    return 1 if problems else 0
