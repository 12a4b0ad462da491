"""`fraisier metrics`: an exporter for Prometheus, beside whatever serves and observes."""

from __future__ import annotations

import click

from fraisier.cli.app import App
from fraisier.cli.door import door


@door("fraisier metrics", "fraisier metrics --address 0.0.0.0 --port 9101", name="metrics", json=False)
@click.option(
    "--port",
    default=8001,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Listen there; 0: a free one.",
)
@click.option("--address", default="localhost", show_default=True, help="Listen on this address.")
def command(app: App, port: int, address: str) -> None:
    """Export metrics for Prometheus until a signal ends it.

    They come from the database, so any number of these may run. `fraisier serve` exports the same at /metrics.
    FRAISIER_METRICS_ENABLED=false switches both off.
    """
    import asyncio

    from fraisier.cli import terminal
    from fraisier.server.exporter import export

    database = app.database(app.config())
    asyncio.run(export(database, address, port, announce=terminal.say))
