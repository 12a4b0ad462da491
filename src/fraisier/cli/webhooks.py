"""`fraisier webhooks`: what forges have sent, newest first."""

from __future__ import annotations

from typing import Any, Final

import click

from fraisier.cli import table, terminal, times
from fraisier.cli.app import App
from fraisier.cli.door import door
from fraisier.model.commit import short

HEADINGS: Final = ("Webhook", "Received", "Provider", "Event", "Branch", "Commit", "Sender", "Outcome")
UNPROCESSED: Final = "not processed"


@door("fraisier webhooks", "fraisier webhooks --limit 10", "fraisier webhooks --json", name="webhooks")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(min=1), help="At most so many.")
def command(app: App, limit: int) -> None:
    """Show received webhooks, newest first.

    One that led to nothing says "not processed" and why.
    """
    rows = app.database(app.config()).get_recent_webhooks(limit=limit)
    if app.json:
        terminal.answer([{"schema": 1, **row} for row in rows])
    elif rows:
        table.show(HEADINGS, [cells(row) for row in rows])
    else:
        terminal.say("No webhooks yet.")


def cells(row: dict[str, Any]) -> tuple[str, ...]:
    """One delivery as a person reads it."""
    return (
        str(row["identifier"]),
        times.moment(row["received_at"]),
        str(row["provider"]),
        str(row["event_type"]),
        str(row["branch"] or times.NOTHING),
        short(row["commit_sha"]),
        str(row["sender"] or times.NOTHING),
        outcome(row),
    )


def outcome(row: dict[str, Any]) -> str:
    """The deployment it became; else that it was not processed, and why."""
    if row["deployment_id"]:
        return str(row["deployment_id"])
    reason = row["reason"] or ("no deployment was needed" if row["processed"] else "it waits for an observer")
    return f"{UNPROCESSED}: {reason}"
