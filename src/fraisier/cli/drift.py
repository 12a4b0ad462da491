"""`fraisier drift`: what was changed on the targets behind Fraisier's back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from fraisier.cli import findings, known
from fraisier.cli.app import App
from fraisier.cli.door import door

if TYPE_CHECKING:
    from fraisier.config import FraisierConfig
    from fraisier.config.environment import Environment
    from fraisier.model.finding import Finding


@door(
    "fraisier drift",
    "fraisier drift my_api",
    "fraisier drift my_api production --json",
    name="drift",
)
@click.argument("fraise", required=False, shell_complete=known.fraises)
@click.argument("environment", required=False, shell_complete=known.environments)
def command(app: App, fraise: str | None, environment: str | None) -> int:
    """Say what was changed on the targets since the last deployment.

    Compares the live version, the unit, the environment and the running processes with what was deployed; asks every
    environment, or those that are named. Changes nothing. Exits with 1 when something differs.
    """
    import asyncio

    from fraisier.observer.drift import drift
    from fraisier.observer.grounds import Grounds

    config = app.config()
    grounds = Grounds(app.database(config), config.path)

    async def ask_all() -> list[Finding]:
        answers = await asyncio.gather(*(drift(grounds, one) for one in _named(config, fraise, environment)))
        return [finding for answer in answers for finding in answer]

    return findings.show(app, asyncio.run(ask_all()))


def _named(config: FraisierConfig, fraise: str | None, environment: str | None) -> list[Environment]:
    if fraise and environment:
        return [config.get_fraise_environment(fraise, environment)]
    chosen = [config.get_fraise(fraise)] if fraise else config.fraises.values()
    return [each for one in chosen for each in one.environments.values()]
