"""`fraisier test`: is it well now?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from fraisier.cli import known, terminal
from fraisier.cli.app import App
from fraisier.cli.door import door

if TYPE_CHECKING:
    from fraisier.health.examine import Examined

MARKS: Final = {True: ("✓", "green"), False: ("✗", "red"), None: ("-", "yellow")}


@door("fraisier test my_api production", "fraisier test my_api production --json", name="test")
@click.argument("fraise", shell_complete=known.fraises)
@click.argument("environment", shell_complete=known.environments)
def command(app: App, fraise: str, environment: str) -> int:
    """Run the health checks of an environment now.

    Each check is asked once. Exits with 1 when one of them fails.
    """
    import asyncio

    from fraisier.observer.checkup import check_up
    from fraisier.observer.grounds import Grounds

    config = app.config()
    target = config.get_fraise_environment(fraise, environment)
    found = asyncio.run(check_up(Grounds(app.database(config), config.path), target))
    healthy = all(one.good is not False for one in found)
    if app.json:
        terminal.answer(
            {
                "schema": 1,
                "fraise": fraise,
                "environment": environment,
                "healthy": healthy,
                "checks": [{"check": one.check, "status": status(one), "said": one.said} for one in found],
            }
        )
    else:
        for one in found:
            mark, colour = MARKS[one.good]
            terminal.say(f"{mark} {terminal.one_line(f'{one.check}: {one.said}')}", colour=colour)
    return 0 if healthy else 1


def status(one: Examined) -> str:
    """The word that scripts look for."""
    return {True: "passed", False: "failed", None: "skipped"}[one.good]
