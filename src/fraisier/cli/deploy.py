"""`fraisier deploy`: take a version live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from fraisier.cli import known, waiting
from fraisier.cli.app import App
from fraisier.cli.door import door

if TYPE_CHECKING:
    from fraisier.engine.survey import Wanted
    from fraisier.model.identity import Identity
    from fraisier.observer.asking import Asking
    from fraisier.observer.desk import Desk


@door(
    "fraisier deploy my_api production",
    "fraisier deploy my_api staging production",
    "fraisier deploy my_api production --dry-run",
    "fraisier deploy my_api production --commit 1a2b3c4",
    "fraisier deploy my_api production --no-wait",
    "fraisier deploy my_api production --only-failed",
    "fraisier deploy my_group production --service my_api",
    name="deploy",
    acts=True,
)
@click.argument("fraise", shell_complete=known.fraises)
@click.argument(
    "environments", metavar="ENVIRONMENT...", nargs=-1, required=True, shell_complete=known.environments
)
@click.option("--dry-run", is_flag=True, help="Show what would happen; change nothing.")
@click.option("--force", is_flag=True, help="Deploy although this version is live already.")
@click.option(
    "--force-rebuild",
    is_flag=True,
    help="Let database.strategy: rebuild drop the database of a production environment.",
)
@click.option(
    "--only-failed", is_flag=True, help="Only to those of several hosts that lack the live version."
)
@click.option("--adopt", is_flag=True, help="Use app_path although it holds files of something else.")
@click.option("--commit", metavar="VERSION", help="Deploy this commit or tag instead of the branch's tip.")
@click.option(
    "--service",
    metavar="FRAISE",
    shell_complete=known.members,
    help="Deploy only this member of a service group.",
)
@waiting.options
def command(
    app: App,
    fraise: str,
    environments: tuple[str, ...],
    dry_run: bool,
    commit: str | None,
    service: str | None,
    **options: Any,
) -> int:
    """Deploy a fraise to one or more environments.

    Takes the tip of the environment's branch to a healthy, running service. When it is not healthy, the version
    that ran before comes back by itself. Several environments are deployed at the same time; the exit code is the
    worst of theirs. The members of a service group are deployed one after the other, and all of them or none.
    """
    import asyncio

    from fraisier.cli import groups, progress, report
    from fraisier.cli.telling import telling
    from fraisier.engine.survey import Wanted

    force, adopt, rebuild = (options.pop(name) for name in ("force", "adopt", "force_rebuild"))
    only_failed = options.pop("only_failed")
    asking = waiting.asking(**options)
    config = app.config()
    names = list(dict.fromkeys(environments))
    asked = groups.asked(config, fraise, service)
    wanted = Wanted(version=commit, force=force, adopt=adopt, rebuild=rebuild, only_failed=only_failed)
    if rebuild and (asked.services or len(names) > 1):
        raise click.UsageError("--force-rebuild is for one environment of one fraise.")
    if asked.services:
        with telling(config, app.database(config), dry_run=dry_run):
            return groups.deploy(app, config, asked, names, wanted, asking, dry_run=dry_run)
    identities = [config.get_fraise_environment(asked.name, name).identity for name in names]
    desk = app.desk(config)
    if len(identities) > 1:
        with telling(config, app.database(config), dry_run=dry_run):
            return _several(app, desk, identities, wanted, asking, dry_run=dry_run)
    [identity] = identities
    if dry_run:
        from fraisier.cli import preview

        return preview.show(app, asyncio.run(desk.preview(identity, wanted)))
    with telling(config, app.database(config), dry_run=dry_run):
        with progress.watching(app) as watcher:
            ended = asyncio.run(desk.deploy(identity, wanted=wanted, asking=asking, progress=watcher))
        return report.show(app, ended)


def _several(
    app: App, desk: Desk, identities: list[Identity], wanted: Wanted, asking: Asking, *, dry_run: bool
) -> int:
    import asyncio

    from fraisier.cli import progress, report

    if dry_run:
        from fraisier.cli import preview

        return preview.show_all(app, asyncio.run(preview.each(desk, identities, wanted)))
    ended = asyncio.run(
        desk.deploy_all(
            identities,
            wanted=wanted,
            asking=asking,
            watch=lambda identity: progress.among(app, identity.environment),
        )
    )
    return report.show_all(app, ended)
