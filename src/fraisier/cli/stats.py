"""`fraisier stats`: how many deployments there were, and how they ended."""

from __future__ import annotations

from typing import Any, Final

import click

from fraisier.cli import known, table, terminal, times
from fraisier.cli.app import App
from fraisier.cli.door import door
from fraisier.cli.history import one

HEADINGS: Final = (
    "Fraise",
    "Environment",
    "Total",
    "Successful",
    "Failed",
    "Rolled back",
    "Average",
    "Success rate",
)


@door(
    "fraisier stats",
    "fraisier stats --days 7",
    "fraisier stats --fraise my_api --days 7",
    "fraisier stats my_api production --json",
    name="stats",
)
@click.argument("fraise", required=False, shell_complete=known.fraises)
@click.argument("environment", required=False, shell_complete=known.environments)
@click.option("--fraise", "only_fraise", metavar="FRAISE", help="Only this fraise.")
@click.option("--environment", "only_environment", metavar="ENV", help="Only this environment.")
@click.option(
    "--days", default=30, show_default=True, type=click.IntRange(1, 36500), help="Started in the last N days."
)
def command(
    app: App,
    fraise: str | None,
    environment: str | None,
    only_fraise: str | None,
    only_environment: str | None,
    days: int,
) -> None:
    """Count deployments and how they ended."""
    wanted = {
        "fraise": one(fraise, only_fraise, "fraise"),
        "environment": one(environment, only_environment, "environment"),
    }
    config = app.config()
    _known(config, **wanted)
    database = app.database(config)
    totals = database.get_deployment_stats(**wanted, days=days)
    rows = database.rows("deployment_stats", **wanted, days=days)
    if app.json:
        terminal.answer({"schema": 1, **wanted, "days": days, **totals, "environments": rows})
    elif rows:
        table.show(HEADINGS, [cells(row) for row in [*rows, {**totals, "fraise": "All", "environment": ""}]])
    else:
        terminal.say(f"No deployments in the last {days} days.")


def _known(config: Any, fraise: str | None, environment: str | None) -> None:
    """A name that is neither configured nor recorded is more likely a slip than a question."""
    if fraise and environment:
        config.get_fraise_environment(fraise, environment)
    elif fraise:
        config.get_fraise(fraise)


def cells(row: dict[str, Any]) -> tuple[str, ...]:
    """One line of the table. `rolled_back` counts those that could not be, too."""
    rate = times.NOTHING if row["success_rate"] is None else f"{row['success_rate']:g} %"
    return (
        str(row["fraise"]),
        str(row["environment"]),
        str(row["total"]),
        str(row["successful"]),
        str(row["failed"]),
        str(row["rolled_back"]),
        times.duration(row["avg_duration"]),
        rate,
    )
