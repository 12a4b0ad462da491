"""What every kind of target offers to a deployment."""

from __future__ import annotations

from typing import Final, Protocol

import msgspec

from fraisier.config.environment import Environment
from fraisier.config.hooks import Hook
from fraisier.config.job import Job
from fraisier.model.command import Command
from fraisier.model.host import Host
from fraisier.model.plan import Observed
from fraisier.model.registry import Registry
from fraisier.model.release import Release
from fraisier.model.step import Position, Step
from fraisier.plugins.kind import NATIVE


class TargetView(Protocol):
    """What a provider saw on its target: the releases there, oldest first, and the live one."""

    @property
    def releases(self) -> tuple[Release, ...]: ...

    @property
    def live(self) -> Release | None: ...

    @property
    def service_manager(self) -> str: ...

    @property
    def migrated(self) -> tuple[str, ...]:
        """The releases whose migrations are in the application's database, oldest first."""
        ...

    @property
    def home(self) -> str:
        """What stands for `app_path` in everything that is planned; empty: `app_path` itself."""
        ...


class SchemaChange(msgspec.Struct, frozen=True, kw_only=True):
    """`release` applies its migrations (None: nothing does), after those of `back`, newest first, are taken back.

    `keep`: nothing is changed, because a person said so. `rebuild`: everything is dropped first.
    """

    release: str | None = None
    back: tuple[str, ...] = ()
    keep: bool = False
    rebuild: bool = False


class Provider(Protocol):
    """Turns one environment into steps. All of it is pure, except `look`, `logs`, `running` and `drift`, which only read, and
    `start` and `stop`, which people ask for.
    """

    def target(self, environment: Environment) -> str:
        """What people read after "Target:", such as `bare-metal/localhost`."""
        ...

    def fence_folder(self, environment: Environment) -> str:
        """Where the target keeps its side of the fence."""
        ...

    async def look(self, host: Host, environment: Environment) -> TargetView:
        """See what the target runs now. Raises `Unreachable`, or `DeploymentError` when it cannot be used."""
        ...

    def prepare(self, environment: Environment, observed: Observed) -> tuple[Step, ...]:
        """Everything up to a complete release that is not live yet."""
        ...

    def backup(self, environment: Environment, observed: Observed, argv: tuple[str, ...]) -> Step:
        """The user's backup of the application's database, run with the new release's environment."""
        ...

    def migrate(self, environment: Environment, observed: Observed, change: SchemaChange) -> Step:
        """What changes the schema of the application's database, as `environment.database` says."""
        ...

    def hook(self, environment: Environment, observed: Observed, wanted: Hook, position: Position) -> Step:
        """A command of the user before or after the switch, inside the new release."""
        ...

    def run_job(
        self, environment: Environment, observed: Observed, job: Job, *, with_version: bool = False
    ) -> tuple[Step, ...]:
        """One run of a job, in the observed release; `with_version`: as a part of its deployment."""
        ...

    def switch(self, environment: Environment, observed: Observed) -> tuple[Step, ...]:
        """The steps that make the new release the live one."""
        ...

    def health(self, environment: Environment, observed: Observed, release: Release) -> Step:
        """The judgement of the service while `release` is live."""
        ...

    def clean(self, environment: Environment, observed: Observed) -> tuple[Step, ...]:
        """What is tidied up when all went well."""
        ...

    async def logs(self, host: Host, environment: Environment, installation_id: str, lines: int) -> str:
        """The last lines that the service wrote."""
        ...

    async def following(
        self, host: Host, environment: Environment, installation_id: str, lines: int
    ) -> Command:
        """What prints the last lines that the service wrote, and goes on with those that it writes."""
        ...

    async def running(self, host: Host, environment: Environment, installation_id: str) -> bool:
        """Whether the service has a living process."""
        ...

    async def drift(
        self, host: Host, environment: Environment, installation_id: str, live: Release
    ) -> list[str]:
        """A sentence for each thing on the target that is no longer as the live release left it. Only looks."""
        ...

    async def start(self, host: Host, environment: Environment, installation_id: str) -> None:
        """Start the service of the version that is live. Raises `StepFailed`."""
        ...

    async def stop(self, host: Host, environment: Environment, installation_id: str) -> None:
        """Stop the service and leave its version in place. Raises `StepFailed`."""
        ...


def made(cls: type) -> Provider:
    """The provider behind the class of a plugin file: one that plans in steps, or one that deploys in one call."""
    if not all(callable(getattr(cls, method, None)) for method in NATIVE):
        from fraisier.providers.own.provider import OwnProvider  # noqa: PLC0415 - it looks up names here

        return OwnProvider(cls)
    provider: Provider = cls()
    return provider


BUILT_IN: Final = {
    "bare_metal": "fraisier.providers.bare_metal",
    "docker_compose": "fraisier.providers.docker_compose",
}
PROVIDERS: Final = Registry[Provider]("provider", BUILT_IN, made)


def provider_of(environment: Environment) -> Provider:
    """The provider that an environment names. Raises `ConfigurationError` when none is installed by that name."""
    return PROVIDERS.find(environment.driver)
