"""The metrics alone, on an address of their own."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from fraisier.database import Database
from fraisier.errors import ConfigurationError
from fraisier.server import metrics
from fraisier.server.run import Quiet, address, listen


async def export(database: Database, host: str, port: int, *, announce: Callable[[str], None]) -> None:
    """Answer GET /metrics until SIGTERM or SIGINT. `announce` gets the bound address.

    Raises `ConfigurationError` where metrics are switched off, or the address cannot be bound.
    """
    if not metrics.enabled():
        raise ConfigurationError(
            f"Metrics are switched off by {metrics.ENABLED}.", hint=f"unset {metrics.ENABLED}"
        )
    bound = listen(host, port)
    app = Starlette(routes=[Route("/metrics", metrics.Door(database).answer)])
    server = Quiet(uvicorn.Config(app, ws="none", lifespan="off", log_config=None, access_log=False))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, setattr, server, "should_exit", True)
    announce(f"Metrics for Prometheus: {' and '.join(f'{address(each)}/metrics' for each in bound)}")
    await server.serve(sockets=bound)
