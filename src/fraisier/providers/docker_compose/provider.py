"""The provider itself: what its steps are, and what it sees on the host."""

from __future__ import annotations

import msgspec

from fraisier.config.environment import Environment
from fraisier.config.hooks import Hook
from fraisier.config.job import Job
from fraisier.errors import ConfigurationError, DeploymentError, NotSupportedYet, StepFailed
from fraisier.hosts import layout
from fraisier.hosts.compose import commands, trouble
from fraisier.hosts.compose.containers import containers, lives, of
from fraisier.hosts.compose.drift import drift
from fraisier.hosts.compose.project import Project, project
from fraisier.hosts.compose.release import pins_of, require_pins, up
from fraisier.hosts.effect import effect, last_lines
from fraisier.hosts.migrations import applied
from fraisier.hosts.service_ref import FOLLOWING
from fraisier.hosts.steps import prepare_folder
from fraisier.model.command import Command
from fraisier.model.host import Host
from fraisier.model.plan import Observed
from fraisier.model.release import Release
from fraisier.model.step import Position, Step
from fraisier.providers import host_jobs, host_steps
from fraisier.providers.docker_compose import jobs, steps
from fraisier.providers.docker_compose.home import settled
from fraisier.providers.provider import SchemaChange


class View(msgspec.Struct, frozen=True, kw_only=True):
    """What lies below `app_path`. Nobody but Docker runs services here."""

    releases: tuple[Release, ...]
    live: Release | None
    service_manager: str = ""
    migrated: tuple[str, ...] = ()
    home: str = ""


class DockerCompose:
    """Stateless: everything comes from the environment, what was observed, and the host."""

    def target(self, environment: Environment) -> str:
        hosts = environment.hosts or ("localhost",)
        kind = "bare-metal" if environment.in_container else "docker-compose"
        return f"{kind}/{hosts[0] if len(hosts) == 1 else f'{len(hosts)} hosts'}"

    def fence_folder(self, environment: Environment) -> str:
        return layout.private_folder(settled(environment).app_path)

    async def look(self, host: Host, environment: Environment) -> View:
        """Raises `Unreachable` where Docker cannot be used."""
        await trouble.require(host)
        environment = settled(environment)
        folder = environment.app_path
        names = await host.list_folder(folder) or []
        if ".git" in names:
            raise NotSupportedYet(
                f"{folder} on {host.name} is a Git work tree, and containers are made from releases.",
                hint="Give this environment an app_path of its own in fraises.yaml.",
            )
        if not environment.adopt:
            prepare_folder.refuse_foreign(names, folder, host.name)
        releases, live = await layout.read_releases(host, folder)
        if live is not None and not live.images:
            raise DeploymentError(
                f"{folder} on {host.name} holds releases that do not run in containers.",
                hint="Give this environment an app_path of its own in fraises.yaml.",
            )
        return View(releases=releases, live=live, migrated=await _migrated(host, environment))

    def prepare(self, environment: Environment, observed: Observed) -> tuple[Step, ...]:
        environment = settled(environment)
        if observed.reuse is not None:
            return (host_steps.prepare(environment), steps.refresh(environment, observed, observed.reuse))
        return (
            host_steps.prepare(environment),
            host_steps.fetch(environment, observed),
            *((host_steps.send(environment, observed),) if environment.hosts else ()),
            host_steps.export(environment, observed),
            host_steps.build(environment, observed),
            steps.make(environment, observed),
            *((steps.push(environment, observed),) if environment.push else ()),
            steps.stage(environment, observed),
        )

    def backup(self, environment: Environment, observed: Observed, argv: tuple[str, ...]) -> Step:
        return self._inside(host_steps.backup(settled(environment), observed, argv), environment, observed)

    def migrate(self, environment: Environment, observed: Observed, change: SchemaChange) -> Step:
        return self._inside(host_steps.migrate(settled(environment), change), environment, observed)

    def hook(self, environment: Environment, observed: Observed, wanted: Hook, position: Position) -> Step:
        step = host_steps.hook(settled(environment), observed, wanted, position)
        return self._inside(step, environment, observed)

    def run_job(
        self, environment: Environment, observed: Observed, job: Job, *, with_version: bool = False
    ) -> tuple[Step, ...]:
        environment = settled(environment)
        if environment.type == "backup":
            made = host_steps.backup_job(environment, observed, job)
            return tuple(jobs.backup_inside(step, environment, observed, job) for step in made)
        step = host_steps.run_job(environment, observed, job, with_version=with_version)
        return (jobs.inside(step, environment, observed, job, with_version=with_version),)

    def switch(self, environment: Environment, observed: Observed) -> tuple[Step, ...]:
        switched = steps.switch(settled(environment), observed)
        return (switched, host_jobs.placed(environment, observed)) if environment.jobs else (switched,)

    def health(self, environment: Environment, observed: Observed, release: Release) -> Step:
        if environment.jobs and not environment.health_checks:
            return jobs.health(settled(environment), observed, release)
        return steps.health(settled(environment), observed, release)

    def clean(self, environment: Environment, observed: Observed) -> tuple[Step, ...]:
        return (steps.prune(settled(environment), observed),)

    async def logs(self, host: Host, environment: Environment, installation_id: str, lines: int) -> str:
        """The lines of the release's own services, each with the name of its container."""
        owner = _project(environment, installation_id)
        own = await _own(host, owner)
        if environment.jobs and not own:
            return ""
        shown = await host.look(commands.logs(owner.name, own, lines))
        if not shown.ok:
            await trouble.require(host)
            raise DeploymentError(
                f"Compose shows no logs of {owner.name} on {host.name}: {last_lines(shown.output, 3)}",
                hint=f"docker compose --project-name {owner.name} logs",
            )
        return shown.output

    async def following(
        self, host: Host, environment: Environment, installation_id: str, lines: int
    ) -> Command:
        owner = _project(environment, installation_id)
        own = await _services(host, environment, owner)
        return commands.following(owner.name, own, lines, deadline=FOLLOWING)

    async def drift(
        self, host: Host, environment: Environment, installation_id: str, live: Release
    ) -> list[str]:
        owner = _project(environment, installation_id)
        return [said async for said in drift(host, owner, live)]

    async def running(self, host: Host, environment: Environment, installation_id: str) -> bool:
        """A fraise of jobs runs when what they need does."""
        owner = _project(environment, installation_id)
        there = await containers(host, owner.name)
        if environment.jobs:
            live = await _live(host, owner)
            pins = await pins_of(host, owner.app_path, live) if live else None
            return live is not None and pins is not None and lives(there, live, pins)
        return any(one.running for one in of(there, await _own(host, owner)))

    async def start(self, host: Host, environment: Environment, installation_id: str) -> None:
        owner = _project(environment, installation_id)
        live = await _live(host, owner)
        if live is None:
            raise StepFailed(
                f"Nothing is deployed to {environment.identity}.",
                hint=f"fraisier deploy {environment.fraise} {environment.environment}",
            )
        await _services(host, environment, owner)
        pins = await require_pins(host, owner.app_path, live)
        await effect(host, await up(host, owner, live, pins, steps.UP_WITHIN), f"Starting {owner.name}")

    async def stop(self, host: Host, environment: Environment, installation_id: str) -> None:
        owner = _project(environment, installation_id)
        own = await _services(host, environment, owner)
        await effect(host, commands.stop(owner.name, own, deadline=steps.UP_WITHIN), f"Stopping {owner.name}")

    def _inside(self, step: Step, environment: Environment, observed: Observed) -> Step:
        """A command of the user that may call `docker compose` and mean this release."""
        owner = {"project": msgspec.to_builtins(project(settled(environment), observed.installation_id))}
        if "settings" in step.params:
            owner = {"settings": step.params["settings"] | owner}
        return msgspec.structs.replace(step, params=step.params | owner)


async def _migrated(host: Host, environment: Environment) -> tuple[str, ...]:
    """The releases whose migrations are in the application's database, oldest first."""
    if environment.database is None or not environment.database.changes:
        return ()
    return tuple(one.release for one in await applied.read(host, environment.app_path))


def _project(environment: Environment, installation_id: str) -> Project:
    return project(settled(environment), installation_id)


async def _own(host: Host, owner: Project) -> tuple[str, ...]:
    """The services that live while the live release does; none where nothing is live."""
    live = await _live(host, owner)
    pins = await pins_of(host, owner.app_path, live) if live else None
    return pins.served if pins else ()


async def _services(host: Host, environment: Environment, owner: Project) -> tuple[str, ...]:
    """As `_own`. Raises `ConfigurationError` where there are only jobs, which nobody starts, stops or follows."""
    own = await _own(host, owner)
    if environment.jobs and not own:
        raise ConfigurationError(
            f"{environment.identity} has no service.",
            hint=f"It has jobs: fraisier job list {environment.fraise} {environment.environment}",
        )
    return own


async def _live(host: Host, owner: Project) -> str | None:
    """The name of the live release."""
    return layout.name_in(await host.read_link(layout.current_path(owner.app_path)))
