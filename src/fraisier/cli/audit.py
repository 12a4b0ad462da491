"""`fraisier audit`: who did what, when, from where, and how it ended."""

from __future__ import annotations

from typing import Any, Final

import click

from fraisier.cli import known, table, terminal, times
from fraisier.cli.app import App
from fraisier.cli.door import door

HEADINGS: Final = ("When", "Who", "From", "What", "Fraise", "Environment", "Subject", "Status", "Reason")


@door(
    "fraisier audit",
    "fraisier audit --fraise my_api --environment production --limit 50",
    "fraisier audit --json",
    name="audit",
)
@click.option("--fraise", metavar="FRAISE", shell_complete=known.fraises, help="Only this fraise.")
@click.option(
    "--environment", metavar="ENV", shell_complete=known.environments, help="Only this environment."
)
@click.option("--limit", default=20, show_default=True, type=click.IntRange(min=1), help="At most so many.")
def command(app: App, fraise: str | None, environment: str | None, limit: int) -> None:
    """Show who did what, newest first."""
    database = app.database(app.config())
    rows = database.rows("audit", fraise=fraise, environment=environment, limit=limit)
    if app.json:
        terminal.answer([{"schema": 1, **row} for row in rows])
    elif rows:
        table.show(HEADINGS, [_cells(row) for row in rows])
    else:
        terminal.say("Nothing has been done yet.")


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        times.moment(row["at"]),
        str(row["who"] or times.NOTHING),
        str(row["requested_from"] or times.NOTHING),
        str(row["what"]),
        str(row["fraise"] or times.NOTHING),
        str(row["environment"] or times.NOTHING),
        str(row["deployment_id"] or row["request_id"] or times.NOTHING),
        str(row["result"]),
        str(row["reason"] or times.NOTHING),
    )
