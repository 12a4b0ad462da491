"""`fraisier deploy`: take a version live."""

from __future__ import annotations

from typing import Any

import click

from fraisier.cli import known, waiting
from fraisier.cli.app import App
from fraisier.cli.door import door


@door(
    "fraisier deploy my_api production",
    "fraisier deploy my_api production --dry-run",
    "fraisier deploy my_api production --commit 1a2b3c4",
    "fraisier deploy my_api production --no-wait",
    name="deploy",
    acts=True,
)
@click.argument("fraise", shell_complete=known.fraises)
@click.argument("environment", shell_complete=known.environments)
@click.option("--dry-run", is_flag=True, help="Show what would happen; change nothing.")
@click.option("--force", is_flag=True, help="Deploy although this version is live already.")
@click.option("--commit", metavar="VERSION", help="Deploy this commit or tag instead of the branch's tip.")
@waiting.options
def command(
    app: App,
    fraise: str,
    environment: str,
    dry_run: bool,
    force: bool,
    commit: str | None,
    **busy: Any,
) -> int:
    """Deploy a fraise to an environment.

    Takes the tip of the environment's branch to a healthy, running service. When it is not healthy, the version
    that ran before comes back by itself.
    """
    import asyncio

    from fraisier.cli import preview, progress, report
    from fraisier.engine.survey import Wanted

    asking = waiting.asking(**busy)
    config = app.config()
    identity = config.get_fraise_environment(fraise, environment).identity
    desk = app.desk(config)
    if dry_run:
        return preview.show(app, asyncio.run(desk.preview(identity, Wanted(version=commit, force=force))))
    with progress.watching(app) as watcher:
        ended = asyncio.run(
            desk.deploy(identity, force=force, commit=commit, asking=asking, progress=watcher)
        )
    return report.show(app, ended)
