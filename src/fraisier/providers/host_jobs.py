"""The jobs of an environment on a host: their units, their switch, and how they are judged. Pure."""

from __future__ import annotations

import shlex

import msgspec

from fraisier.config import cron
from fraisier.config.environment import Environment
from fraisier.config.job import Job
from fraisier.hosts.job_units import Timed, units
from fraisier.hosts.steps import jobs_ready, place_timers, switch_jobs
from fraisier.model.identity import Identity
from fraisier.model.place import HERE
from fraisier.model.plan import Observed
from fraisier.model.release import Release
from fraisier.model.step import HEALTH, Position, Step
from fraisier.providers.places import own_folder

PATIENCE = "3600"  # seconds that a job waits for the end of a deployment
MINUTE = 60.0


def timed(environment: Environment, observed: Observed) -> bool:
    """Whether something on the host starts the jobs at their times."""
    return bool(environment.jobs) and not environment.hosts and observed.service_manager == "systemd"


def texts(environment: Environment, observed: Observed) -> dict[str, str]:
    """The units of all jobs by name."""
    return units([_timed(environment, observed, job) for job in environment.jobs])


def switch(environment: Environment, observed: Observed) -> Step:
    params = switch_jobs.Params(
        app_path=environment.app_path,
        release=observed.release_name,
        previous=observed.live.name if observed.live else None,
    )
    return Step(
        kind="switch_jobs",
        title=f"Jobs installed ({len(environment.jobs)})",
        doing="Installing the jobs...",
        params=msgspec.to_builtins(params),
        position=Position.SWITCH,
        deadline=MINUTE * (2 + len(environment.jobs)),
    )


def placed(environment: Environment, observed: Observed) -> Step:
    """The timers, on the machine that Fraisier runs on, of jobs that run on another one, or in containers."""
    params = place_timers.Params(
        folder=own_folder(environment, observed.installation_id),
        units=texts(environment, observed),
        attempt=observed.attempt,
        unmanned=_unmanned(environment, observed),
    )
    return Step(
        kind="place_timers",
        title=f"Timers placed ({len(environment.jobs)})",
        doing="Placing the timers...",
        params=msgspec.to_builtins(params),
        position=Position.AFTER,
        deadline=MINUTE * (2 + len(environment.jobs)),
        host=HERE if environment.hosts else "",
    )


def ready(environment: Environment, observed: Observed, release: Release) -> Step:
    waits = timed(environment, observed)
    programs = (job.command[0] for job in environment.jobs if job.command)
    params = jobs_ready.Params(
        app_path=environment.app_path,
        release=release.name,
        scripts=tuple(program for program in programs if "/" in program),
        timers=tuple(name for name in texts(environment, observed) if name.endswith(".timer"))
        if waits
        else (),
        unmanned="" if waits or environment.hosts else _unmanned(environment, observed),
    )
    return Step(
        kind=HEALTH,
        version=jobs_ready.JUDGED_BY_JOBS,
        title="Jobs are ready",
        doing="Looking at the jobs...",
        params=msgspec.to_builtins(params),
        position=Position.AFTER,
        deadline=MINUTE,
    )


def _unmanned(environment: Environment, observed: Observed) -> str:
    """No systemd, no timers: said by name, with the lines for crontab(5), which knows no PATH and no clock but its own."""
    timed = [job for job in environment.jobs if job.schedule]
    if not timed:
        return ""
    lines = []
    for job in timed:
        run = shlex.join(("env", *_start(environment, observed, job))).replace("%", "\\%")
        lines += [f"# meant for the clock of {job.timezone}"] if job.timezone else []
        lines.append(f"{job.schedule} {run}")
    return "\n".join(
        ("no systemd here, so nothing starts these jobs at their times; for crontab -e:", *lines)
    )


def _start(environment: Environment, observed: Observed, job: Job) -> tuple[str, ...]:
    lane = (environment.fraise, environment.environment)
    return (*observed.again, "job", "run", *lane, job.name, "--scheduled", "--wait-lock", PATIENCE)


def _timed(environment: Environment, observed: Observed, job: Job) -> Timed:
    service = _service(environment, observed, job.name, job.service_unit)
    return Timed(
        service=service,
        timer=_timer(job, service),
        description=f"{environment.identity}/{job.name}, a job of Fraisier",
        argv=() if job.foreign else _start(environment, observed, job),
        calendar=cron.on_calendar(job.schedule, job.timezone) if job.schedule else (),
        after=tuple(
            _service(environment, observed, other.name, other.service_unit)
            for other in environment.jobs
            if other.name in job.depends_on
        ),
    )


def _service(environment: Environment, observed: Observed, job: str, unit: str | None) -> str:
    lane = Identity(environment.fraise, environment.environment, job)
    name = unit or f"fraisier-{observed.installation_id[:8]}-{lane.slug}"
    return name if name.endswith(".service") else f"{name}.service"


def _timer(job: Job, service: str) -> str:
    """Empty for a job that nobody starts but people."""
    if job.timer_unit:
        return f"{job.timer_unit.removesuffix('.timer')}.timer"
    return f"{service.removesuffix('.service')}.timer" if job.schedule else ""
