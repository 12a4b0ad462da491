"""scheduled and etl: programs that run at set times, or once with each version. Their deployment changes places
like any other; what runs, and when, comes with the version and goes back with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from fraisier.config.environment import Environment
from fraisier.config.job import Job
from fraisier.deployers.api import APIDeployer
from fraisier.deployers.changes import changes, followers
from fraisier.deployers.planned import Planned
from fraisier.deployers.registry import DEPLOYERS
from fraisier.errors import ConfigurationError, UnknownName
from fraisier.model.plan import Observed
from fraisier.model.step import Position, Step
from fraisier.providers.provider import provider_of
from fraisier.strategies import recreate


class ScheduledDeployer(APIDeployer):
    """Installs each job with its schedule; what ran before is taken away."""

    fraise_type: ClassVar[str] = "scheduled"


class ETLDeployer(ScheduledDeployer):
    """Without a schedule, a new version proves itself by its run: only when that ended well is it the live one.

    Where a run needs what the switch brings up, it comes after that; when it fails, the old version comes back.
    """

    fraise_type: ClassVar[str] = "etl"

    def steps(self) -> Sequence[Step | Callable[..., Any]]:
        provider = provider_of(self.config)
        asked = self.config, self.observed
        fresh = self.observed.reuse is None
        now = [job for job in self.config.jobs if fresh and job.schedule is None and not job.foreign]
        runs = [step for job in in_order(now) for step in provider.run_job(*asked, job, with_version=True)]
        return (
            *provider.prepare(*asked),
            *changes(provider, *asked),
            *(step for step in runs if step.position is Position.BEFORE),
            *recreate.change_places(provider, *asked),
            *(step for step in runs if step.position is Position.AFTER),
            *followers(provider, *asked),
            *provider.clean(*asked),
        )


def in_order(jobs: Sequence[Job]) -> list[Job]:
    """Each after those that it depends on."""
    left, done = list(jobs), list[Job]()
    while left:
        names = {job.name for job in left}
        ready = [job for job in left if not names.intersection(job.depends_on)]
        done += ready
        left = [job for job in left if job not in ready]
    return done


def run_steps(environment: Environment, observed: Observed, name: str) -> tuple[Step, ...]:
    """One run of one job in the live release. Raises `ConfigurationError` for one that Fraisier does not run."""
    job = named(environment, name)
    if job.foreign:
        raise ConfigurationError(
            f"{environment.identity}/{name} is a systemd unit of your own, and Fraisier does not run it.",
            hint=f"systemctl start {job.service_unit}",
        )
    return provider_of(environment).run_job(environment, observed, job)


def named(environment: Environment, name: str) -> Job:
    """Raises `UnknownName` when no job is called so."""
    found = next((job for job in environment.jobs if job.name == name), None)
    if found is None:
        known = ", ".join(job.name for job in environment.jobs) or "none"
        raise UnknownName(
            f"There is no job called {name!r} in {environment.identity}.", hint=f"known: {known}"
        )
    return found


class BackupDeployer(ScheduledDeployer):
    """Each run makes a backup, proves it, copies it elsewhere, and only then removes what is too old."""

    fraise_type: ClassVar[str] = "backup"


DEPLOYERS.register("backup", Planned(BackupDeployer))
DEPLOYERS.register("scheduled", Planned(ScheduledDeployer))
DEPLOYERS.register("etl", Planned(ETLDeployer))
