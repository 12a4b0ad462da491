"""The steps that only releases in containers have; the others are those of any release on a host. Pure."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from fraisier.config.environment import Environment
from fraisier.config.resources import Resources
from fraisier.config.service import Service
from fraisier.health.check_health import Params as HealthParams
from fraisier.health.schedule import longest
from fraisier.hosts import layout
from fraisier.hosts.compose.project import Project, project
from fraisier.hosts.compose.steps import (
    make_images,
    prune_project,
    push_images,
    refresh_project,
    switch_project,
)
from fraisier.hosts.staging import StageParams
from fraisier.hosts.steps import prune_releases
from fraisier.model.plan import Observed
from fraisier.model.release import Release
from fraisier.model.step import OnFailure, Position, Step
from fraisier.providers.docker_compose import jobs
from fraisier.providers.host_steps import public, step, variables

MARGIN: Final = 60.0
UP_WITHIN: Final = 300.0
PUSH_WITHIN: Final = 900.0
SHARES: Final = 1024  # the weight that a container has by default, see docker-run(1)


def make(environment: Environment, observed: Observed) -> Step:
    params = make_images.Params(
        project=_project(environment, observed),
        release=observed.release_name,
        files=environment.file,
        services=_services(environment),
        for_jobs=bool(environment.jobs),
        image=environment.docker_image or "",
        cache=environment.build_cache,
        settings=settings(environment.resources),
        alone=alone(environment) if environment.in_container else {},
        env_vars=variables(environment, observed),
        env_files=environment.env_files,
        deadline=environment.build_timeout,
    )
    doing = "Fetching the image..." if params.image else "Making the images..."
    return step("make_images", "Images ready", doing, params, deadline=2 * params.deadline + MARGIN)


def push(environment: Environment, observed: Observed) -> Step:
    params = push_images.Params(
        project=_project(environment, observed), release=observed.release_name, deadline=PUSH_WITHIN
    )
    deadline = 2 * PUSH_WITHIN
    return step("push_images", "Images pushed", "Pushing the images...", params, deadline=deadline)


def stage(environment: Environment, observed: Observed) -> Step:
    params = _staged(environment, observed, Release(name=observed.release_name, commit=observed.commit))
    return step("stage_project", "Release staged", "Staging the release...", params)


def refresh(environment: Environment, observed: Observed, release: Release) -> Step:
    """An old release gets the values that its references have today; its images stay what they were."""
    params = refresh_project.Params(
        stage=_staged(environment, observed, release), settings=settings(environment.resources)
    )
    title = f"Release {release.name} found"
    return step("refresh_project", title, "Looking for the release...", params)


def switch(environment: Environment, observed: Observed) -> Step:
    params = switch_project.Params(
        project=_project(environment, observed),
        release=observed.release_name,
        previous=observed.live.name if observed.live else None,
        deadline=UP_WITHIN,
    )
    return step(
        "switch_project",
        "Container replaced (docker)" if environment.in_container else "Containers replaced (docker compose)",
        "Switching to the new release...",
        params,
        position=Position.SWITCH,
        deadline=UP_WITHIN + MARGIN,
    )


def health(environment: Environment, observed: Observed, release: Release) -> Step:
    """Judge the containers while `release` is live; bounded by what the checks may take in all."""
    params = HealthParams(
        checks=environment.health_checks,
        release_path=layout.release_path(environment.app_path, release.name),
        commit=release.commit,
        identity=environment.identity,
        public=public(environment),
        project=None if environment.jobs else _project(environment, observed),
    )
    return step(
        "check_health",
        "Health check passed",
        "Health check...",
        params,
        position=Position.AFTER,
        deadline=params.starts_within + longest(environment.health_checks) + params.settle + MARGIN,
    )


def prune(environment: Environment, observed: Observed) -> Step:
    """Tidying up never takes a healthy version down: its failure is a warning."""
    params = prune_project.Params(
        project=_project(environment, observed),
        releases=prune_releases.Params(
            app_path=environment.app_path,
            keep=environment.keep_releases,
            protect=(observed.live.name,) if observed.live else (),
        ),
    )
    return step(
        "prune_project",
        "Old releases pruned",
        "Pruning old releases and images...",
        params,
        position=Position.AFTER,
        on_failure=OnFailure.WARN,
    )


def alone(environment: Environment) -> dict[str, Any]:
    """The one container of a service that has no Compose file; it is reached on the loopback address only."""
    service = environment.service or Service()
    image = environment.docker_image
    what: dict[str, Any] = {"image": image} if image else {"build": "."}
    if service.command:
        what["command"] = [word.replace("$", "$$") for word in service.command]  # not Compose's variables
    if service.port:
        what["ports"] = [f"127.0.0.1:{service.port}:{service.port}"]
    return {**what, "restart": "unless-stopped", "stop_grace_period": f"{service.stop_timeout:g}s"}


def settings(bounds: Resources) -> dict[str, Any]:
    """The limits of a service as Compose has them (compose-spec, "deploy.resources")."""
    cpu, memory = bounds.cpu, bounds.memory
    limits: dict[str, Any] = {}
    if cpu.limit is not None:
        limits["cpus"] = f"{cpu.limit:g}"
    if memory.limit is not None:
        limits["memory"] = str(memory.limit)
    resources: dict[str, Any] = {"limits": limits} if limits else {}
    if memory.request is not None:
        resources["reservations"] = {"memory": str(memory.request)}
    found: dict[str, Any] = {"deploy": {"resources": resources}} if resources else {}
    if cpu.request is not None:
        found["cpu_shares"] = max(2, round(SHARES * cpu.request))
    return found


def _services(environment: Environment) -> tuple[str, ...]:
    if environment.jobs:
        return jobs.services(environment)
    return environment.service.names if environment.service else ()


def _project(environment: Environment, observed: Observed) -> Project:
    return project(environment, observed.installation_id)


def _staged(environment: Environment, observed: Observed, manifest: Release) -> StageParams:
    return StageParams(
        app_path=environment.app_path,
        manifest=msgspec.structs.replace(manifest, deployment=observed.attempt),
        env_vars=variables(environment, observed),
        env_files=environment.env_files,
    )
