"""`fraisier status-all`: how every environment is, by the records. No target is asked, so that it is fast."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import click

from fraisier.cli import known, table, terminal, times
from fraisier.cli.app import App
from fraisier.cli.door import door
from fraisier.cli.terminal import one_line

HEADINGS: Final = ("Fraise", "Environment", "Status", "Version", "Provider", "Last deployed", "Now")
COLUMNS: Final = (
    "fraise",
    "fraise_id",
    "environment",
    "job",
    "current_version",
    "current_shown",
    "status",
    "deployment_status",
    "target_provider",
    "last_deployed_at",
    "last_deployed_by",
    "last_deployed",
    "last_deploy_duration",
    "last_git_commit",
    "last_deployment_id",
    "hold_since",
    "hold_reason",
    "hold_by",
)
"""Those of v_fraise_status: an environment that was never deployed has them too."""

Row = dict[str, Any]
Lane = tuple[str, str]


@door(
    "fraisier status-all",
    "fraisier status-all --environment production",
    "fraisier status-all --json",
    name="status-all",
)
@click.option(
    "--environment", metavar="ENV", shell_complete=known.environments, help="Only this environment."
)
def command(app: App, environment: str | None) -> None:
    """Show how every environment is, as it is recorded.

    What the targets themselves show is `fraisier status FRAISE ENV`.
    """
    from fraisier.errors import UnknownName

    config = app.config()
    lanes = {
        (fraise.name, name): each.provider
        for fraise in config.fraises.values()
        for name, each in fraise.environments.items()
        if environment in {None, name}
    }
    if environment and not lanes:
        known = sorted({name for fraise in config.fraises.values() for name in fraise.environments})
        raise UnknownName(
            f"No fraise has an environment called {environment!r}.", hint=f"known: {', '.join(known)}"
        )
    database = app.database(config)
    rows = joined(lanes, database.rows("states", environment=environment), database.rows("locks"))
    if app.json:
        terminal.answer([{"schema": 1, **row} for row in rows])
    elif rows:
        table.show(HEADINGS, [cells(row) for row in rows])
    else:
        terminal.say("fraises.yaml names no environments.")


def joined(lanes: dict[Lane, str], states: Iterable[Row], locks: Iterable[Row]) -> list[Row]:
    """Every environment of the file in its order, with what is recorded of it; `lanes` maps them to providers.

    What is recorded and no longer in the file is left out: nothing can be done with it.
    """
    recorded = {(row["fraise"], row["environment"]): row for row in states if not row["job"]}
    running = {(row["fraise"], row["environment"]): row for row in locks}
    empty: Row = dict.fromkeys(COLUMNS)
    return [
        {
            **empty,
            "fraise": fraise,
            "fraise_id": fraise,
            "environment": environment,
            "job": "",
            "status": "unknown",
            **recorded.get((fraise, environment), {}),
            "target_provider": provider,
            "lock": _lock(running.get((fraise, environment))),
        }
        for (fraise, environment), provider in lanes.items()
    ]


def _lock(row: Row | None) -> Row | None:
    """As `fraisier status` has it."""
    if row is None:
        return None
    return {
        "holder": row["holder"],
        "since": row["acquired_at"],
        "expires": row["expires_at"],
        "deployment_id": row["deployment_id"],
    }


def cells(row: Row) -> tuple[str, ...]:
    """One environment as a person reads it."""
    from fraisier.model.commit import shown

    return (
        row["fraise"],
        row["environment"],
        row["status"],
        shown(row["current_shown"]),
        row["target_provider"].replace("_", "-"),
        times.moment(row["last_deployed_at"]),
        now(row),
    )


def now(row: Row) -> str:
    """What goes on there: a deployment, a hold, the last one that ended badly, or nothing."""
    if lock := row["lock"]:
        return f"{lock['deployment_id'] or 'a deployment'} runs, by {one_line(lock['holder'])}"
    if row["hold_since"]:
        return f"held: {one_line(row['hold_reason'] or 'no reason given')}"
    if row["deployment_status"] in {"failed", "rolled_back", "rollback_failed"}:
        return f"{row['last_deployment_id']} {row['deployment_status']}"
    return times.NOTHING
