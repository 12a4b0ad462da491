"""`fraisier job`: what runs at set times, and one run of it now."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from fraisier.cli import known, terminal, waiting
from fraisier.cli.app import App
from fraisier.cli.door import door

if TYPE_CHECKING:
    from fraisier.config import FraisierConfig
    from fraisier.config.environment import Environment
    from fraisier.database import Database


@click.group("job")
def command() -> None:
    """Run a job now, or show all of them."""


@door(
    "fraisier job run my_backups production daily",
    "fraisier job run my_etl production",
    name="run",
    acts=True,
)
@click.argument("fraise", shell_complete=known.fraises)
@click.argument("environment", shell_complete=known.environments)
@click.argument("job", required=False)
@click.option("--scheduled", is_flag=True, help="It is the job's time: what its timer says.")
@waiting.options
def run(app: App, fraise: str, environment: str, job: str | None, scheduled: bool, **busy: Any) -> int:
    """Run a job in the version that is live, and record how it ended.

    JOB may be left out where there is only one. Jobs of one environment may run beside each other; a deployment has
    its environment for itself, and the job waits for its end.
    """
    import asyncio

    import msgspec

    from fraisier.cli import progress, report
    from fraisier.model.identity import Identity
    from fraisier.model.status import Trigger

    asking = waiting.asking(**busy)
    if scheduled:
        asking = msgspec.structs.replace(asking, trigger=Trigger.SCHEDULED)
    config = app.config()
    name = _only(config.get_fraise_environment(fraise, environment), job)
    desk = app.desk(config)
    with progress.watching(app) as watcher:
        identity = Identity(fraise, environment, name)
        ended = asyncio.run(desk.run_job(identity, asking=asking, progress=watcher))
    return report.show(app, ended)


@door("fraisier job list", "fraisier job list my_backups production", name="list")
@click.argument("fraise", required=False, shell_complete=known.fraises)
@click.argument("environment", required=False, shell_complete=known.environments)
def list_(app: App, fraise: str | None, environment: str | None) -> None:
    """List all jobs, when they run, and how their last run ended."""
    config = app.config()
    rows = [row for one in _asked(config, fraise, environment) for row in rows_of(app.database(config), one)]
    if app.json:
        terminal.answer(rows)
    elif not rows:
        terminal.say("No jobs.")
    else:
        from fraisier.cli.table import aligned

        head = ("Fraise", "Environment", "Job", "Schedule", "Last run", "Result")
        for line in aligned([head, *map(_line, rows)]):
            terminal.say(line)


def _only(environment: Environment, job: str | None) -> str:
    """The job that is meant. Raises `UnknownName`, or a usage error where there are several."""
    from fraisier.deployers.jobs import named

    if job is not None:
        return named(environment, job).name
    names = [one.name for one in environment.jobs]
    if len(names) != 1:
        known_jobs = ", ".join(names) or "none"
        raise click.UsageError(f"Name the job of {environment.identity} that is meant: {known_jobs}.")
    return names[0]


def _asked(config: FraisierConfig, fraise: str | None, environment: str | None) -> list[Environment]:
    if fraise is None:
        return [one for each in config.fraises.values() for one in each.environments.values() if one.jobs]
    if environment is not None:
        return [config.get_fraise_environment(fraise, environment)]
    return list(config.get_fraise(fraise).environments.values())


def rows_of(database: Database, environment: Environment) -> list[dict[str, Any]]:
    """Every job of an environment with its last run."""
    lane = {"fraise": environment.fraise, "environment": environment.environment}
    last = {row["of_job"]: row for row in database.rows("last_runs", **lane)}
    return [
        {
            "schema": 1,
            **lane,
            "job": job.name,
            "schedule": job.schedule,
            "timezone": job.timezone,
            "depends_on": list(job.depends_on),
            "last_run": _run(last[job.name]) if job.name in last else None,
        }
        for job in environment.jobs
    ]


def _run(row: dict[str, Any]) -> dict[str, Any]:
    hosts = json.loads(row["details"] or "{}").get("hosts", {})
    return {
        "deployment_id": row["identifier"],
        "status": row["status"],
        "version": row["new_version"],
        "triggered_by": row["triggered_by"],
        "started_at": row["started_at"],
        "duration_seconds": row["duration_seconds"],
        "error": row["error_message"],
        "host": next(iter(hosts), None),
    }


def _line(row: dict[str, Any]) -> tuple[str, ...]:
    from fraisier.cli import times

    last = row["last_run"]
    when = " ".join(filter(None, (row["schedule"] or "by hand", row["timezone"])))
    where = f" on {last['host']}" if last and last["host"] else ""
    ended = (
        (times.moment(last["started_at"]), f"{last['status']}{where} ({last['deployment_id']})")
        if last
        else ("never", "—")
    )
    return (row["fraise"], row["environment"], row["job"], when, *ended)


command.add_command(run)
command.add_command(list_)
