"""`fraisier validate`: the same as `fraisier config validate`."""

from __future__ import annotations

import click

from fraisier.cli import config
from fraisier.cli.app import App
from fraisier.cli.door import door


@door("fraisier validate", "fraisier validate --file fraises.yaml", name="validate")
@click.option("--file", metavar="FILE", help="Check this file; the same as -c.")
def command(app: App, file: str | None) -> None:
    """Check the file; every error at once, with its line."""
    config.check(app, file)
