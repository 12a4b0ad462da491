"""`fraisier demo`: the whole path once, for real."""

from __future__ import annotations

from pathlib import Path

import click

from fraisier.cli import terminal
from fraisier.cli.app import App
from fraisier.cli.door import door


@door(
    "fraisier demo",
    "fraisier demo --keep",
    "fraisier demo --stop /tmp/fraisier-demo-x1y2z3",
    name="demo",
    json=False,
)
@click.option("--keep", is_flag=True, help="Leave the service and the server running, to play with.")
@click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), help="Make its folder below this one."
)
@click.option(
    "--stop", "kept", type=click.Path(file_okay=False, path_type=Path), help="End and remove a kept demo."
)
def command(_app: App, keep: bool, folder: Path | None, kept: Path | None) -> None:
    """Watch the whole path once.

    Deploys, pushes, sees a bad version going back, and rolls back.

    Needs git and nothing else. Works in a folder of its own and leaves nothing behind.
    """
    from fraisier.demo import run

    if kept:
        run.stop(kept)
        terminal.say(f"Stopped and removed {kept}.")
        return
    run.run(folder=folder, keep=keep, say=terminal.say)
