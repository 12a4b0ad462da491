"""`fraisier history`: past deployments, and who had to end one for somebody else, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from fraisier.cli import known, table, terminal, times
from fraisier.cli.app import App
from fraisier.cli.door import door
from fraisier.model.commit import shown

if TYPE_CHECKING:
    from fraisier.config import FraisierConfig
    from fraisier.database import Database

HEADINGS = ("Deployment", "Started", "Fraise", "Environment", "Kind", "Status", "Version", "Duration", "By")


@door(
    "fraisier history",
    "fraisier history my_api production",
    "fraisier history --fraise my_api --limit 10",
    "fraisier history | grep failed",
    name="history",
)
@click.argument("fraise", required=False, shell_complete=known.fraises)
@click.argument("environment", required=False, shell_complete=known.environments)
@click.option("--fraise", "only_fraise", metavar="FRAISE", help="Only this fraise.")
@click.option("--environment", "only_environment", metavar="ENV", help="Only this environment.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(min=1), help="At most so many.")
def command(
    app: App,
    fraise: str | None,
    environment: str | None,
    only_fraise: str | None,
    only_environment: str | None,
    limit: int,
) -> None:
    """Show past deployments, newest first.

    Above each stands who took it over when its owner died.

    A single name that is no fraise but an environment shows that environment.
    """
    config = app.config()
    wanted = chosen(
        config, one(fraise, only_fraise, "fraise"), one(environment, only_environment, "environment")
    )
    rows = _newest(app.database(config), _members(config, wanted[0]), wanted[1], limit)
    if app.json:
        terminal.answer([{"schema": 1, **row} for row in rows])
    elif rows:
        table.show(HEADINGS, [cells(row) for row in rows])
    else:
        terminal.say("No deployments yet.")


def _members(config: FraisierConfig, fraise: str | None) -> tuple[str | None, ...]:
    """Of a service group, its members: a group has no deployments of its own."""
    known = config.fraises.get(fraise) if fraise else None
    return (known and known.services) or (fraise,)


def _newest(
    database: Database, fraises: tuple[str | None, ...], environment: str | None, limit: int
) -> list[dict[str, Any]]:
    found = (
        row
        for fraise in fraises
        for row in database.get_recent_deployments(limit=limit, fraise=fraise, environment=environment)
    )
    if len(fraises) == 1:
        return list(found)
    return sorted(found, key=lambda row: row["started_at"], reverse=True)[:limit]


def one(typed: str | None, option: str | None, what: str) -> str | None:
    """The name from either spelling. Two different ones are a usage error."""
    if typed and option and typed != option:
        raise click.UsageError(f"Two names for the {what}: {typed!r} and --{what} {option!r}.")
    return typed or option


def chosen(
    config: FraisierConfig, fraise: str | None, environment: str | None
) -> tuple[str | None, str | None]:
    """What to filter by. `history production` means the environment when no fraise is called so."""
    environments = {name for each in config.fraises.values() for name in each.environments}
    if fraise and environment is None and fraise not in config.fraises and fraise in environments:
        return None, fraise
    return fraise, environment


def ended(row: dict[str, Any]) -> str:
    """Its status, and whether there is something more to know about it."""
    import json

    if row["recovers"]:
        return f"{row['status']}: {row['reason']}"
    count = len(json.loads(row["warnings"]))
    return f"{row['status']}, {count} warning{'s' * (count > 1)}" if count else str(row["status"])


def cells(row: dict[str, Any]) -> tuple[str, ...]:
    """One deployment as a person reads it."""
    return (
        str(row["identifier"]),
        times.moment(row["started_at"]),
        str(row["fraise"]),
        str(row["environment"]),
        f"{row['kind']} of {row['recovers']}"
        if row["recovers"]
        else " ".join(filter(None, (row["kind"], row["job"]))),
        ended(row),
        f"{shown(row['old_shown'])} → {shown(row['new_shown'])}",
        times.duration(row["duration_seconds"]),
        str(row["requested_by"] or times.NOTHING),
    )
