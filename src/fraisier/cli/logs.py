"""`fraisier logs`: what a deployment did, or what a service wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from fraisier.cli import known, terminal
from fraisier.cli.app import App
from fraisier.cli.door import door
from fraisier.cli.members import members_of

if TYPE_CHECKING:
    from fraisier.config.environment import Environment


@door(
    "fraisier logs dep_00001",
    "fraisier logs dep_00001 --tail 20",
    "fraisier logs my_api production",
    "fraisier logs my_api production --follow",
    name="logs",
)
@click.argument("fraise", metavar="DEPLOYMENT|FRAISE", shell_complete=known.fraises)
@click.argument("environment", required=False, shell_complete=known.environments)
@click.option(
    "--tail",
    default=100,
    show_default=True,
    type=click.IntRange(min=1),
    help="The last so many lines; of each host.",
)
@click.option("--follow", "-f", is_flag=True, help="Go on with what comes: until it ended, or Ctrl-C.")
def command(app: App, fraise: str, environment: str | None, tail: int, follow: bool) -> None:
    """Show what a deployment did, or what a service wrote.

    One word names a deployment, two name a fraise and its environment; of a service group, the lines of each member. With --follow and --json each line of a
    service is an object of its own.
    """
    if follow:
        from fraisier.cli import following

        following.run(app, fraise, environment, tail)
    elif environment:
        _service(app, fraise, environment, tail)
    else:
        _deployment(app, fraise, tail)


def _service(app: App, fraise: str, environment: str, tail: int) -> None:
    import asyncio

    config = app.config()
    asked = config.get_fraise(fraise)
    members = members_of(config, asked, environment)
    desk = app.desk(config)
    written = [(one, asyncio.run(desk.logs(one.identity, tail)).splitlines()) for one in members]
    if app.json:
        answers = [
            {"schema": 1, "fraise": one.fraise, "environment": environment, "lines": lines}
            for one, lines in written
        ]
        terminal.answer(answers if asked.services else answers[0])
        return
    for one, lines in written:
        prefix = f"[{one.fraise}] " if asked.services else ""
        for line in lines:
            terminal.say(terminal.clean(f"{prefix}{line}"))
        if not lines:
            terminal.complain(_silence(one))


def _silence(environment: Environment) -> str:
    if not environment.jobs:
        return f"The service of {environment.identity} has written nothing."
    lane = f"{environment.fraise} {environment.environment}"
    return (
        f"{environment.identity} has jobs and no service: fraisier job list {lane} names the last run of each, "
        "and fraisier logs what it printed."
    )


def _deployment(app: App, name: str, tail: int) -> None:
    from fraisier.cli import journal

    row, steps = journal.read(app.database(app.config()), name)
    if app.json:
        terminal.answer(journal.as_dict(row, steps))
        return
    for text, colour in [*journal.heading(row), *journal.lines(row, steps)[-tail:]]:
        terminal.say(text, colour=colour)
