"""`fraisier stop`: the service of an environment, by hand."""

from __future__ import annotations

import click

from fraisier.cli import known
from fraisier.cli.app import App
from fraisier.cli.door import door


@door("fraisier stop my_api production", name="stop")
@click.argument("fraise", shell_complete=known.fraises)
@click.argument("environment", shell_complete=known.environments)
def command(app: App, fraise: str, environment: str) -> None:
    """Stop the service of an environment; its version stays.

    It stays stopped until `fraisier start`, the next deployment, or a restart of the machine. It is recorded who did it: `fraisier audit`.
    """
    from fraisier.cli import errands
    from fraisier.observer.errand import stop

    errands.run(app, fraise, environment, stop, "stopped")
