"""`fraisier serve`: receive pushes, and run what they ask for."""

from __future__ import annotations

import click

from fraisier.cli import age
from fraisier.cli.app import App
from fraisier.cli.door import Function, door
from fraisier.cli.observe import slots


def address(function: Function) -> Function:
    """`--host` and `--port`; the environment's FRAISIER_HOST and FRAISIER_PORT stand behind them."""
    host = click.option(
        "--host",
        default="localhost",
        show_default=True,
        envvar="FRAISIER_HOST",
        help="Listen on this address.",
    )
    port = click.option(
        "--port",
        default=8080,
        show_default=True,
        envvar="FRAISIER_PORT",
        type=click.IntRange(0, 65535),
        help="Listen on this port; 0 takes a free one.",
    )
    return host(port(function))


def listen(app: App, host: str, port: int, max_concurrent: int, keep: float | None) -> int:
    """Serve until a signal ends it."""
    import asyncio

    from fraisier.cli import terminal
    from fraisier.observer.feeding import Feeding
    from fraisier.observer.housekeeping import beside
    from fraisier.observer.worker import Observer
    from fraisier.server.readiness import Readiness
    from fraisier.server.run import serve

    config = app.config()
    database = app.database(config)
    readiness = Readiness()
    feeding = Feeding(
        config, database, serves=True, announce=lambda url: terminal.say(f"NATS listens on {url}")
    )
    readiness.add("nats", feeding.has_stream, needed=False)
    readiness.add("events", feeding.is_keeping_up, needed=False)
    observer = Observer(config, database, slots=max_concurrent)
    serving = serve(config, database, observer, host, port, readiness=readiness, reloads=(feeding,))
    asyncio.run(beside(feeding.beside(serving), database, keep))
    return 0


@door("fraisier serve", "fraisier serve --host 0.0.0.0 --port 8080", name="serve", acts=True, json=False)
@address
@slots
@age.keep
def command(app: App, host: str, port: int, max_concurrent: int, keep: float | None) -> int:
    """Receive pushes and run the deployments they ask for.

    Answers POST /webhook. Set FRAISIER_WEBHOOK_SECRET to what the forge signs with. What happens is told on NATS:
    on the server that `nats:` names, else on one of its own.
    """
    return listen(app, host, port, max_concurrent, keep)
