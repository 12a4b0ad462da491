"""`fraisier status`: what runs in one environment, by the records and by the target itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from fraisier.cli import job, known, standing, terminal
from fraisier.cli.app import App
from fraisier.cli.door import door
from fraisier.cli.members import members_of

if TYPE_CHECKING:
    from fraisier.config.environment import Environment
    from fraisier.database import Database
    from fraisier.model.identity import Identity
    from fraisier.observer.desk import Desk

LOG_LINES = 10


@door(
    "fraisier status my_api production",
    "fraisier status my_api production --no-probe --json",
    name="status",
)
@click.argument("fraise", shell_complete=known.fraises)
@click.argument("environment", shell_complete=known.environments)
@click.option("--no-probe", is_flag=True, help="Only what is recorded; do not look at the target.")
def command(app: App, fraise: str, environment: str, no_probe: bool) -> None:
    """Show what runs in an environment, and how it is.

    A service group shows each of its members. Exits with 0 whatever it reports.
    """
    config = app.config()
    asked = config.get_fraise(fraise)
    targets = members_of(config, asked, environment)
    desk, database = app.desk(config), app.database(config)
    seen = [None if no_probe else _observed(desk, target.identity) for target in targets]
    answers = [
        standing.as_dict(target.identity, target.provider, _recorded(database, target), observed)
        for target, observed in zip(targets, seen, strict=True)
    ]
    for target, answer in zip(targets, answers, strict=True):
        if target.jobs:
            answer["jobs"] = job.rows_of(database, target)
    if app.json:
        terminal.answer(answers if asked.services else answers[0])
        return
    for target, answer in zip(targets, answers, strict=True):
        last = database.row("last_deployment", fraise=target.fraise, environment=environment)
        logs = [] if no_probe else _logs(desk, target)
        for text, colour in standing.lines(answer, last, logs):
            terminal.say(text, colour=colour)


def _recorded(database: Database, target: Environment) -> dict[str, Any]:
    lane = {"fraise": target.fraise, "environment": target.environment}
    hosts = {row["host"]: row for row in database.rows("host_states", **lane)} if target.hosts else {}
    return {
        "state": database.row("state", **lane),
        "lane": database.row("lane", **lane),
        "lock": database.row("lock", **lane),
        "hosts": {name: hosts.get(name) for name in target.hosts},
    }


def _observed(desk: Desk, identity: Identity) -> dict[str, Any]:
    import asyncio

    return asyncio.run(desk.status(identity))


def _logs(desk: Desk, target: Environment) -> list[str]:
    """The service's last lines, some of each host. A target that cannot tell has none: `observed` says so already."""
    import asyncio

    from fraisier.errors import FraiseQLError

    try:
        text = asyncio.run(desk.logs(target.identity, max(1, LOG_LINES // max(1, len(target.hosts)))))
    except FraiseQLError as error:
        return [error.message]
    return text.splitlines()
