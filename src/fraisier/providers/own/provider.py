"""A class of the user's as a provider: one switch step, judged by its own health check."""

from __future__ import annotations

import os
from pathlib import PurePosixPath

import msgspec

from fraisier.config.environment import Environment
from fraisier.config.hooks import Hook
from fraisier.config.job import Job
from fraisier.database.place import default_place
from fraisier.errors import NotSupportedYet
from fraisier.health.schedule import longest
from fraisier.model.command import Command
from fraisier.model.host import Host
from fraisier.model.plan import Observed
from fraisier.model.release import Release
from fraisier.model.step import HEALTH, Position, Step
from fraisier.providers.own import record
from fraisier.providers.own.params import Bring, Judge, Resolve, about
from fraisier.providers.own.reach import reached
from fraisier.providers.own.steps import JUDGED_BY_PROVIDER
from fraisier.providers.provider import SchemaChange
from fraisier.secrets.resolver import Resolver
from fraisier.secrets.variables import Variables

DEPLOY_WITHIN = 1800.0  # seconds
JUDGE_WITHIN = 120.0


class View(msgspec.Struct, frozen=True, kw_only=True):
    """What the record says."""

    releases: tuple[Release, ...]
    live: Release | None
    service_manager: str = ""
    migrated: tuple[str, ...] = ()
    home: str = ""


class OwnProvider:
    """Everything comes from the environment and the record, which lies on the machine that Fraisier runs on."""

    def __init__(self, cls: type) -> None:
        self.cls = cls

    def target(self, environment: Environment) -> str:
        return f"{environment.provider}/{environment.fraise}"

    def fence_folder(self, environment: Environment) -> str:
        return str(PurePosixPath(default_place().parent, "targets", environment.identity.slug))

    async def look(self, host: Host, environment: Environment) -> View:
        known = await record.read(host, self.fence_folder(environment))
        return View(releases=known.releases, live=known.live_release)

    def prepare(self, environment: Environment, observed: Observed) -> tuple[Step, ...]:
        """The provider fetches and builds whatever it needs, in its own `deploy`."""
        del environment, observed
        return ()

    def backup(self, environment: Environment, observed: Observed, argv: tuple[str, ...]) -> Step:
        del observed, argv
        raise _not_yet(environment, "database.backup")

    def migrate(self, environment: Environment, observed: Observed, change: SchemaChange) -> Step:
        del observed, change
        raise _not_yet(environment, "database.migrate")

    def run_job(
        self, environment: Environment, observed: Observed, job: Job, *, with_version: bool = False
    ) -> tuple[Step, ...]:
        del observed, job, with_version
        raise _not_yet(environment, "a job")

    def hook(self, environment: Environment, observed: Observed, wanted: Hook, position: Position) -> Step:
        del observed, wanted, position
        raise _not_yet(environment, "hooks")

    def switch(self, environment: Environment, observed: Observed) -> tuple[Step, ...]:
        params = Bring(
            about=about(environment, self.fence_folder(environment)),
            release=observed.release,
            previous=observed.live,
            back=observed.reuse is not None,
            keep=environment.keep_releases,
        )
        step = Step(
            kind="provider_deploy",
            title=f"Deployed by {environment.provider} ({observed.commit.shown})",
            doing=f"Deploying with {environment.provider}...",
            params=msgspec.to_builtins(params),
            position=Position.SWITCH,
            deadline=DEPLOY_WITHIN,
        )
        return (step,)

    def health(self, environment: Environment, observed: Observed, release: Release) -> Step:
        del observed, release
        params = Judge(
            about=about(environment, self.fence_folder(environment)), checks=environment.health_checks
        )
        return Step(
            kind=HEALTH,
            version=JUDGED_BY_PROVIDER,
            title="Health check passed",
            doing="Health check...",
            params=msgspec.to_builtins(params),
            position=Position.AFTER,
            deadline=JUDGE_WITHIN + longest(environment.health_checks),
        )

    def clean(self, environment: Environment, observed: Observed) -> tuple[Step, ...]:
        del environment, observed
        return ()

    async def logs(self, host: Host, environment: Environment, installation_id: str, lines: int) -> str:
        del host, installation_id
        asked = about(environment, self.fence_folder(environment))
        async with reached(asked, _resolve(environment)) as driver:
            return await driver.logs(lines)

    async def following(
        self, host: Host, environment: Environment, installation_id: str, lines: int
    ) -> Command:
        del host, installation_id, lines
        raise _not_yet(environment, "logs --follow")

    async def running(self, host: Host, environment: Environment, installation_id: str) -> bool:
        """What `running` in its status says, else its health check."""
        del host, installation_id
        asked = about(environment, self.fence_folder(environment))
        async with reached(asked, _resolve(environment)) as driver:
            told = (await driver.status()).get("running")
            return told if isinstance(told, bool) else bool(await driver.health())

    async def drift(
        self, host: Host, environment: Environment, installation_id: str, live: Release
    ) -> list[str]:
        """Only the provider itself could tell."""
        del host, environment, installation_id, live
        return []

    async def start(self, host: Host, environment: Environment, installation_id: str) -> None:
        del host, installation_id
        raise _not_yet(environment, "start")

    async def stop(self, host: Host, environment: Environment, installation_id: str) -> None:
        del host, installation_id
        raise _not_yet(environment, "stop")


def _resolve(environment: Environment) -> Resolve:
    return Resolver(Variables(environment.config_file, os.environ)).resolve


def _not_yet(environment: Environment, what: str) -> NotSupportedYet:
    return NotSupportedYet(
        f"{what} with a provider of your own ({environment.provider}) is not supported yet.",
        hint="Do it in the provider's deploy().",
    )
