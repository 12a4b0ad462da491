"""Service groups on the command line: several fraises under one name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from fraisier.cli import progress, report, terminal
from fraisier.cli.app import App
from fraisier.cli.members import members_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fraisier.config import FraisierConfig
    from fraisier.config.environment import Fraise
    from fraisier.engine.survey import Wanted
    from fraisier.model.report import Report
    from fraisier.observer.asking import Asking


def asked(config: FraisierConfig, name: str, service: str | None) -> Fraise:
    """The fraise or group of that name, or the one member of it that `--service` names. Raises `UnknownName`."""
    from fraisier.config.nearest import did_you_mean
    from fraisier.errors import UnknownName

    found = config.get_fraise(name)
    if service is None:
        return found
    if not found.services:
        raise click.UsageError(f"{name} is no service group, so it has no --service.")
    if service not in found.services:
        known = f"known: {', '.join(found.services)}"
        meant = did_you_mean(service, found.services)
        message = f"The group {name!r} has no member called {service!r}."
        raise UnknownName(message, hint="; ".join(filter(None, (meant, known))))
    return config.get_fraise(service)


def deploy(
    app: App,
    config: FraisierConfig,
    group: Fraise,
    environments: Sequence[str],
    wanted: Wanted,
    asking: Asking,
    *,
    dry_run: bool,
) -> int:
    """Deploy all members, or show what that would do. Returns the worst exit code."""
    import asyncio

    if wanted.version is not None:
        raise click.UsageError("--commit names a version of one fraise: add --service.")
    desk = app.desk(config)
    if dry_run:
        from fraisier.cli import preview

        members = [one.identity for at in environments for one in members_of(config, group, at)]
        return preview.show_all(app, asyncio.run(preview.each(desk, members, wanted)))
    ended = asyncio.run(
        desk.deploy_group(
            group,
            environments,
            force=wanted.force,
            asking=asking,
            watch=lambda identity: progress.among(app, str(identity)),
        )
    )
    code = report.show_all(app, ended)
    if not app.json:
        for environment in environments:
            _summary(group.name, environment, [one for one in ended if one.environment == environment])
    return code


def rollback(
    app: App,
    config: FraisierConfig,
    group: Fraise,
    environment: str,
    wanted: Wanted,
    asking: Asking,
    *,
    hold: bool,
) -> int:
    """Bring back the version before of all members. Returns the worst exit code."""
    import asyncio

    ended = asyncio.run(
        app.desk(config).rollback_group(
            group,
            environment,
            hold=hold,
            keep_schema=wanted.keep_schema,
            asking=asking,
            watch=lambda identity: progress.among(app, str(identity)),
        )
    )
    code = report.show_all(app, ended)
    if not app.json:
        _summary(group.name, environment, ended)
    return code


def preview_rollback(
    app: App, config: FraisierConfig, group: Fraise, environment: str, wanted: Wanted
) -> int:
    """Show what a rollback of all members would do."""
    import asyncio

    from fraisier.cli import preview

    members = [member.identity for member in reversed(members_of(config, group, environment))]
    return preview.show_all(app, asyncio.run(preview.each(app.desk(config), members, wanted)))


def _summary(group: str, environment: str, reports: Sequence[Report]) -> None:
    """Whether the members stand together."""
    here = f"{group} → {environment}"
    if not any(one.exit_code for one in reports):
        back = all(one.kind == "rollback" for one in reports)
        went = "every member has its version before." if back else "every member is live."
        terminal.say(f"\n✓ {here}: {went}", colour="green")
    elif any(map(_may_be_live, reports)):
        terminal.complain(f"\n✗ {here}: not every member went back; look at each of them.", colour="red")
    else:
        back = all(one.kind == "rollback" for one in reports)
        stands = (
            "every member has the version that it had."
            if back
            else "no member was left with the new version."
        )
        terminal.complain(f"\n✗ {here}: {stands}", colour="red")


def _may_be_live(report: Report) -> bool:
    """Whether the new version may be live although the group failed."""
    lost = (report.error or {}).get("code") in {"lease_lost", "parked", "fence_refused"}
    return lost or report.stayed or report.status in {"success", "rollback_failed"}
