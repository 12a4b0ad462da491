"""What `start` and `stop` share: one environment, one thing to do, one line about it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from fraisier.cli import terminal, waiting
from fraisier.cli.app import App

if TYPE_CHECKING:
    from fraisier.config.environment import Environment
    from fraisier.observer.asking import Asking
    from fraisier.observer.grounds import Grounds

    Errand = Callable[[Grounds, Environment, Asking], Awaitable[None]]


def run(app: App, fraise: str, environment: str, errand: Errand, done: str) -> None:
    """Do it, and say that it is `done`: started, stopped."""
    import asyncio

    from fraisier.observer.grounds import Grounds

    async def see_through() -> None:
        await errand(grounds, target, waiting.asking(True, None, False))

    config = app.config()
    target = config.get_fraise_environment(fraise, environment)
    grounds = Grounds(app.database(config), config.path)
    asyncio.run(see_through())
    if app.json:
        terminal.answer({"schema": 1, "fraise": fraise, "environment": environment, "status": done})
    else:
        terminal.say(f"{fraise} → {environment} is {done}.", colour="green")
