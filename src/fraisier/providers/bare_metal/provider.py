"""The provider itself: what its steps are, and what it sees on the host."""

from __future__ import annotations

import asyncio

from fraisier.config.environment import Environment
from fraisier.config.hooks import Hook
from fraisier.config.job import Job
from fraisier.errors import DeploymentError
from fraisier.hosts import layout, timers
from fraisier.hosts.drift import drift
from fraisier.hosts.service_manager import service_manager
from fraisier.hosts.service_ref import ServiceRef, service_ref
from fraisier.hosts.steps import prepare_folder
from fraisier.model.command import Command
from fraisier.model.host import Host
from fraisier.model.plan import Observed
from fraisier.model.release import Release
from fraisier.model.step import Position, Step
from fraisier.providers import host_jobs
from fraisier.providers import host_steps as steps
from fraisier.providers.bare_metal import in_place
from fraisier.providers.bare_metal.health import health_step
from fraisier.providers.bare_metal.view import View, manager, migrated
from fraisier.providers.provider import SchemaChange


class BareMetal:
    """Stateless: everything comes from the environment, what was observed, and the host."""

    def target(self, environment: Environment) -> str:
        hosts = environment.hosts or ("localhost",)
        return f"bare-metal/{hosts[0] if len(hosts) == 1 else f'{len(hosts)} hosts'}"

    def fence_folder(self, environment: Environment) -> str:
        return layout.private_folder(environment.app_path)

    async def look(self, host: Host, environment: Environment) -> View:
        names = await host.list_folder(environment.app_path) or []
        if found := await in_place.home(host, environment.app_path, names):
            return await in_place.look(host, environment, found)
        if not environment.adopt:
            prepare_folder.refuse_foreign(names, environment.app_path, host.name)
        (releases, live), chosen, done = await asyncio.gather(
            layout.read_releases(host, environment.app_path),
            manager(host, environment),
            migrated(host, environment),
        )
        if live is not None and live.images:
            raise DeploymentError(
                f"{environment.app_path} on {host.name} holds releases that run in containers.",
                hint="Give this environment an app_path of its own, or deployment_type, in fraises.yaml.",
            )
        return View(
            releases=releases,
            live=live,
            service_manager=chosen,
            migrated=done,
        )

    def prepare(self, environment: Environment, observed: Observed) -> tuple[Step, ...]:
        if observed.home:
            return steps.in_place(environment, observed)
        if observed.reuse is not None:
            return (steps.prepare(environment), steps.refresh(environment, observed, observed.reuse))
        return (
            steps.prepare(environment),
            *steps.bring(environment, observed),
            steps.export(environment, observed),
            steps.build(environment, observed),
            steps.stage(environment, observed),
        )

    def backup(self, environment: Environment, observed: Observed, argv: tuple[str, ...]) -> Step:
        return steps.backup(environment, observed, argv)

    def migrate(self, environment: Environment, observed: Observed, change: SchemaChange) -> Step:
        del observed
        return steps.migrate(environment, change)

    def hook(self, environment: Environment, observed: Observed, wanted: Hook, position: Position) -> Step:
        return steps.hook(environment, observed, wanted, position)

    def run_job(
        self, environment: Environment, observed: Observed, job: Job, *, with_version: bool = False
    ) -> tuple[Step, ...]:
        if environment.type == "backup":
            return steps.backup_job(environment, observed, job)
        return (steps.run_job(environment, observed, job, with_version=with_version),)

    def switch(self, environment: Environment, observed: Observed) -> tuple[Step, ...]:
        if host_jobs.timed(environment, observed):
            return (host_jobs.switch(environment, observed),)
        if environment.jobs and environment.hosts:
            return (steps.switch(environment, observed), host_jobs.placed(environment, observed))
        return (steps.switch(environment, observed),)

    def health(self, environment: Environment, observed: Observed, release: Release) -> Step:
        if environment.jobs and not environment.health_checks:
            return host_jobs.ready(environment, observed, release)
        return health_step(environment, steps.service(environment, observed), release)

    def clean(self, environment: Environment, observed: Observed) -> tuple[Step, ...]:
        return (steps.prune(environment, observed),)

    async def logs(self, host: Host, environment: Environment, installation_id: str, lines: int) -> str:
        if environment.jobs:
            return ""
        service = await _service(host, environment, installation_id)
        return await service_manager(service.manager).logs(host, service, lines)

    async def following(
        self, host: Host, environment: Environment, installation_id: str, lines: int
    ) -> Command:
        service = await _service(host, environment, installation_id)
        return await service_manager(service.manager).following(host, service, lines)

    async def running(self, host: Host, environment: Environment, installation_id: str) -> bool:
        """A fraise of jobs runs when its units are in place and its timers wait."""
        if environment.jobs:
            return await _waits(host, environment)
        service = await _service(host, environment, installation_id)
        return bool(await service_manager(service.manager).processes(host, service))

    async def drift(
        self, host: Host, environment: Environment, installation_id: str, live: Release
    ) -> list[str]:
        environment = await in_place.settled(host, environment)
        service = await _service(host, environment, installation_id) if environment.service else None
        return [said async for said in drift(host, environment.app_path, live, service)]

    async def start(self, host: Host, environment: Environment, installation_id: str) -> None:
        service = await _service(host, environment, installation_id)
        await service_manager(service.manager).start(host, service)

    async def stop(self, host: Host, environment: Environment, installation_id: str) -> None:
        service = await _service(host, environment, installation_id)
        await service_manager(service.manager).stop(host, service)


async def _waits(host: Host, environment: Environment) -> bool:
    _, live = await layout.read_releases(host, environment.app_path)
    if live is None:
        return False
    units = await timers.staged(host, layout.unit_path(environment.app_path, live.name))
    return not units or await timers.in_place(host, units)


async def _service(host: Host, environment: Environment, installation_id: str) -> ServiceRef:
    environment = await in_place.settled(host, environment)
    return service_ref(environment, installation_id, await manager(host, environment))
