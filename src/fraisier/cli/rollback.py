"""`fraisier rollback`: bring an earlier version back."""

from __future__ import annotations

from typing import Any

import click

from fraisier.cli import known, waiting
from fraisier.cli.app import App
from fraisier.cli.door import door


@door(
    "fraisier rollback my_api production",
    "fraisier rollback my_api production --to v1.2.3",
    "fraisier rollback my_group production",
    name="rollback",
    acts=True,
)
@click.argument("fraise", shell_complete=known.fraises)
@click.argument("environment", shell_complete=known.environments)
@click.option("--to", metavar="VERSION", help="Go to this commit or tag instead of the version before.")
@click.option("--dry-run", is_flag=True, help="Show what would happen; change nothing.")
@click.option(
    "--hold/--no-hold", default=True, show_default=True, help="Let pushes wait until a person has decided."
)
@click.option(
    "--keep-schema",
    is_flag=True,
    help="Leave the application's database as it is: the old version can live with the new schema.",
)
@click.option(
    "--service", metavar="FRAISE", shell_complete=known.members, help="Only this member of a service group."
)
@waiting.options
def command(
    app: App,
    fraise: str,
    environment: str,
    to: str | None,
    dry_run: bool,
    hold: bool,
    **options: Any,
) -> int:
    """Bring an earlier version of a fraise back.

    Without --to it is the last good version before the one that is live. What was migrated since then is taken back
    first, where the application's migrations can be taken back. The members of a service group go back one after the
    other, the last one first, and all of them or none.
    """
    import asyncio

    from fraisier.cli import groups, preview, progress, report
    from fraisier.cli.telling import telling
    from fraisier.engine.survey import Wanted
    from fraisier.model.status import Kind

    keep_schema, service = options.pop("keep_schema"), options.pop("service")
    asking = waiting.asking(**options)
    config = app.config()
    asked = groups.asked(config, fraise, service)
    wanted = Wanted(kind=Kind.ROLLBACK, version=to, keep_schema=keep_schema)
    if asked.services:
        if to is not None:
            raise click.UsageError("--to names a version of one fraise: add --service.")
        if dry_run:
            return groups.preview_rollback(app, config, asked, environment, wanted)
        with telling(config, app.database(config), dry_run=dry_run):
            return groups.rollback(app, config, asked, environment, wanted, asking, hold=hold)
    identity = config.get_fraise_environment(asked.name, environment).identity
    desk = app.desk(config)
    if dry_run:
        return preview.show(app, asyncio.run(desk.preview(identity, wanted)))
    with telling(config, app.database(config), dry_run=dry_run):
        with progress.watching(app) as watcher:
            rollback = desk.rollback(
                identity, to=to, hold=hold, keep_schema=keep_schema, asking=asking, progress=watcher
            )
            ended = asyncio.run(rollback)
        return report.show(app, ended)
