"""The steps of jobs in containers: those of any job on a host, in a container of a service. Pure."""

from __future__ import annotations

import msgspec

from fraisier.config.environment import Environment
from fraisier.config.job import Job
from fraisier.health.check_jobs import JUDGED_BY_WHAT_THEY_NEED, Params
from fraisier.hosts.compose.one_off import Inside
from fraisier.hosts.compose.override import ALONE
from fraisier.hosts.compose.project import project
from fraisier.model.plan import Observed
from fraisier.model.release import Release
from fraisier.model.step import HEALTH, Position, Step
from fraisier.providers import host_backups

MARGIN = 60.0
BY_THE_USER = frozenset({"make_backup", "seal_backup", "restore_backup"})


def services(environment: Environment) -> tuple[str, ...]:
    """The services of the Compose file that jobs run in; none where there is no such file."""
    if environment.in_container:
        return ()
    return tuple(dict.fromkeys(service(environment, job) for job in environment.jobs if not job.foreign))


def service(environment: Environment, job: Job) -> str:
    if environment.in_container:
        return ALONE
    return job.service or (environment.service.names[0] if environment.service else "")


def inside(step: Step, environment: Environment, observed: Observed, job: Job, *, with_version: bool) -> Step:
    """The same run in a container. With a new version it comes after the switch, which brings up what it needs."""
    return msgspec.structs.replace(
        step,
        params=step.params | {"inside": _inside(environment, observed, job)},
        position=Position.AFTER if with_version else step.position,
        deadline=step.deadline + MARGIN,
    )


def backup_inside(step: Step, environment: Environment, observed: Observed, job: Job) -> Step:
    """What makes, proves and restores a backup runs in a container. What copies it elsewhere runs on the host."""
    if step.kind not in BY_THE_USER:
        return step
    there = _inside(environment, observed, job, mount=host_backups.folder(environment, job))
    return msgspec.structs.replace(
        step, params=step.params | {"inside": there}, deadline=step.deadline + MARGIN
    )


def health(environment: Environment, observed: Observed, release: Release) -> Step:
    params = Params(project=project(environment, observed.installation_id), release=release.name)
    return Step(
        kind=HEALTH,
        version=JUDGED_BY_WHAT_THEY_NEED,
        title="Jobs are ready",
        doing="Looking at what the jobs need...",
        params=msgspec.to_builtins(params),
        position=Position.AFTER,
        deadline=params.starts_within + MARGIN,
    )


def _inside(environment: Environment, observed: Observed, job: Job, mount: str = "") -> object:
    return msgspec.to_builtins(
        Inside(
            project=project(environment, observed.installation_id),
            service=service(environment, job),
            job=job.name,
            mount=mount,
        )
    )
