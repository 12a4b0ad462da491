"""`fraisier observe`: run what is asked for, without a server."""

from __future__ import annotations

import click

from fraisier.cli import age, terminal
from fraisier.cli.app import App
from fraisier.cli.door import Function, door


def slots(function: Function) -> Function:
    """`--max-concurrent`, of everything that observes."""
    return click.option(
        "--max-concurrent",
        default=10,
        show_default=True,
        envvar="FRAISIER_MAX_CONCURRENT",
        type=click.IntRange(min=1),
        help="Run at most so many deployments at a time.",
    )(function)


@door("fraisier observe", "fraisier observe --max-concurrent 4", name="observe", acts=True, json=False)
@slots
@age.keep
def command(app: App, max_concurrent: int, keep: float | None) -> None:
    """Run deployments that others have asked for, and end what died.

    The same as `fraisier serve` without its server. Ends on SIGTERM: what runs finishes its step, and the next
    observer goes on from there.
    """
    import asyncio

    from fraisier.observer.alone import observe
    from fraisier.observer.feeding import Feeding
    from fraisier.observer.housekeeping import beside
    from fraisier.observer.worker import Observer

    config = app.config()
    database = app.database(config)
    observer = Observer(config, database, slots=max_concurrent)
    feeding = Feeding(config, database, serves=False)
    terminal.say(f"Fraisier observes the lanes of {config.path}")
    asyncio.run(beside(feeding.beside(observe(observer)), database, keep))
