"""`fraisier start`: the service of an environment, by hand."""

from __future__ import annotations

import click

from fraisier.cli import known
from fraisier.cli.app import App
from fraisier.cli.door import door


@door("fraisier start my_api production", name="start")
@click.argument("fraise", shell_complete=known.fraises)
@click.argument("environment", shell_complete=known.environments)
def command(app: App, fraise: str, environment: str) -> None:
    """Start the service of an environment.

    What is deployed there is started as it is; `fraisier test` tells whether it is well. It is recorded who did it: `fraisier audit`.
    """
    from fraisier.cli import errands
    from fraisier.observer.errand import start

    errands.run(app, fraise, environment, start, "started")
