"""`fraisier test`: is it well now?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from fraisier.cli import known, terminal
from fraisier.cli.app import App
from fraisier.cli.door import door
from fraisier.cli.members import members_of

if TYPE_CHECKING:
    from fraisier.config import FraisierConfig
    from fraisier.config.environment import Environment
    from fraisier.health.examine import Examined

MARKS: Final = {"passed": ("✓", "green"), "failed": ("✗", "red"), "skipped": ("-", "yellow")}


@door("fraisier test my_api production", "fraisier test my_api production --json", name="test")
@click.argument("fraise", shell_complete=known.fraises)
@click.argument("environment", shell_complete=known.environments)
def command(app: App, fraise: str, environment: str) -> int:
    """Run the health checks of an environment now.

    Each check is asked once; a service group asks those of each member. Exits with 1 when one of them fails.
    """
    import asyncio

    config = app.config()
    asked = config.get_fraise(fraise)
    answers = [asyncio.run(_answer(app, config, member)) for member in members_of(config, asked, environment)]
    if app.json:
        terminal.answer(answers if asked.services else answers[0])
    else:
        for answer in answers:
            _say(answer, f"{answer['fraise']}: " if asked.services else "")
    return 0 if all(answer["healthy"] for answer in answers) else 1


async def _answer(app: App, config: FraisierConfig, target: Environment) -> dict[str, Any]:
    """What the checks of one environment bring; nothing deployed is not healthy."""
    from fraisier.observer.checkup import check_up
    from fraisier.observer.grounds import Grounds

    found = await check_up(Grounds(app.database(config), config.path), target)
    return {
        "schema": 1,
        "fraise": target.fraise,
        "environment": target.environment,
        "healthy": all(one.good is not False for one in found),
        "checks": [{"check": one.check, "status": status(one), "said": one.said} for one in found],
    }


def _say(answer: dict[str, Any], prefix: str) -> None:
    for one in answer["checks"]:
        mark, colour = MARKS[one["status"]]
        said = f"{one['check']}: {one['said']}"
        terminal.say(f"{mark} {terminal.one_line(prefix + said)}", colour=colour)


def status(one: Examined) -> str:
    """The word that scripts look for."""
    return {True: "passed", False: "failed", None: "skipped"}[one.good]
