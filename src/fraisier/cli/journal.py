"""The journal of one deployment, for people and for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from fraisier.cli import outcome, times
from fraisier.cli.terminal import clean, one_line
from fraisier.database import Database
from fraisier.errors import UnknownName
from fraisier.observer import record

Line = tuple[str, str | None]
Row = dict[str, Any]

MARKS: Final = {"done": "✓", "undone": "↩", "failed": "✗", "undo_failed": "✗", "skipped": "-", "running": "⟳"}
COLOURS: Final = {"✓": "green", "✗": "red", "↩": "yellow"}


def read(database: Database, name: str) -> tuple[Row, list[Row]]:
    """The deployment of that name, and its steps. Raises `UnknownName`."""
    row = database.row("deployment", deployment=name)
    if row is None:
        raise UnknownName(
            f"No deployment is called {name}.",
            hint="`fraisier history` lists them; a service's log is `fraisier logs FRAISE ENVIRONMENT`.",
        )
    return row, database.rows("steps", deployment=row["identifier"])


def as_dict(row: Row, steps: Sequence[Row]) -> Row:
    """The JSON answer of `logs`: that of `deploy`, and what each step noted, suffered and printed."""
    answer = outcome.as_dict(record.read(row, steps))
    for told, step in zip(answer["steps"], steps, strict=True):
        told.update(note=step["note"], error=step["error"], output=step["output"])
    return answer


def heading(row: Row) -> list[Line]:
    """Which deployment this is, and who asked for it."""
    by = one_line(row["requested_by"] or times.NOTHING)
    kind = f"{record.kind_of(row)} {row['job']}".strip()
    return [
        (f"{row['identifier']}  {row['fraise']} → {row['environment']}  {kind}  {row['status']}", None),
        (f"  {row['triggered_by']} by {by}, {times.moment(row['started_at'])}", None),
        ("", None),
    ]


def lines(row: Row, steps: Sequence[Row]) -> list[Line]:
    """Every step that was begun with what it printed, and how it all ended."""
    told = [line for step in steps if step["status"] != "pending" for line in of_step(row, step)]
    return [*told, *ending(row, steps)]


def ending(row: Row, steps: Sequence[Row]) -> list[Line]:
    """How it all ended; nothing while it goes on."""
    report = record.read(row, steps)
    return [] if report.status in outcome.QUIET else outcome.ending(report)


def of_step(row: Row, step: Row) -> list[Line]:
    """One step as it stands, with what it printed."""
    return _step(step, json.loads(row["plan"])["steps"][step["ordinal"]].get("doing", ""))


def _step(step: Row, doing: str) -> list[Line]:
    mark = "✗" if step["error"] else MARKS[step["status"]]
    reason = one_line(step["error"] or step["note"] or "")
    text = f"  {mark} {_name(step, doing)}{': ' + reason if reason else ''}{_took(step)}"
    return [
        (text, COLOURS.get(mark)),
        *((f"      {line}", None) for line in clean(step["output"] or "").rstrip().splitlines()),
    ]


def _name(step: Row, doing: str) -> str:
    """A title says what was reached; a step that did not reach it, or left it again, is called by what it does."""
    if step["status"] == "done":
        return one_line(step["title"])
    name = doing.rstrip(".…") or step["kind"].replace("_", " ").capitalize()
    return f"{one_line(name)} [{step['status'].replace('_', ' ')}]"


def _took(step: Row) -> str:
    return f"  {times.duration(step['duration_seconds'])}" if step["duration_seconds"] else ""
