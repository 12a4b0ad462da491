"""`fraisier fence`: which installation of Fraisier a target obeys."""

from __future__ import annotations

import sys
from typing import Any

import click

from fraisier.cli import known, terminal
from fraisier.cli.app import App
from fraisier.cli.door import common_options, door


@door("fraisier fence adopt my_api production --yes", name="adopt")
@click.argument("fraise", shell_complete=known.fraises)
@click.argument("environment", shell_complete=known.environments)
@click.option("--yes", is_flag=True, help="Do not ask.")
def adopt(app: App, fraise: str, environment: str, yes: bool) -> None:
    """Make a target obey this installation of Fraisier instead of another.

    For an environment whose state database was lost or moved. The other installation is refused there from then on,
    and what it has left running behind the fence is ended; the service itself is not touched.
    """
    import asyncio

    from fraisier.cli import waiting
    from fraisier.observer import adopt as fences
    from fraisier.observer.grounds import Grounds

    config = app.config()
    target = config.get_fraise_environment(fraise, environment)
    grounds = Grounds(app.database(config), config.path)
    seen = asyncio.run(fences.owner_of(grounds, target))
    if seen is None or seen.owner == grounds.installation_id:
        whose = "nobody's yet" if seen is None else "this installation's already"
        _show(app, {"fraise": fraise, "environment": environment, "adopted": False}, f"The fence is {whose}.")
        return
    _confirm(f"Take {fraise} → {environment} away from the installation {seen.owner}?", yes, app)
    asyncio.run(fences.adopt(grounds, target, seen, waiting.asking(True, None, False)))
    answer = {"fraise": fraise, "environment": environment, "adopted": True, "from_installation": seen.owner}
    _show(app, answer, f"{fraise} → {environment} obeys this installation now.")


def _confirm(question: str, yes: bool, app: App) -> None:
    if yes:
        return
    if app.json or not sys.stdin.isatty():
        raise click.UsageError("Nobody can be asked here: say --yes.")
    click.confirm(question, abort=True, err=True)


def _show(app: App, answer: dict[str, Any], text: str) -> None:
    if app.json:
        terminal.answer({"schema": 1, **answer})
    else:
        terminal.say(text)


command = click.Group(
    "fence",
    help="Decide which installation of Fraisier a target obeys.",
    commands=[adopt],
    params=common_options(),
    context_settings={"help_option_names": ["-h", "--help"]},
)
