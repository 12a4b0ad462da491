"""`fraisier backup`: what was backed up, and the way back from it. Nobody but a person restores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from fraisier.cli import known, terminal, waiting
from fraisier.cli.app import App
from fraisier.cli.door import door

if TYPE_CHECKING:
    from fraisier.config.environment import Environment
    from fraisier.config.job import Job
    from fraisier.hosts.backups import Backup


@click.group("backup")
def command() -> None:
    """List backups of a fraise of type backup, or restore one."""


@door("fraisier backup list my_backups production", name="list")
@click.argument("fraise", shell_complete=known.fraises)
@click.argument("environment", shell_complete=known.environments)
@click.argument("job", required=False)
def list_(app: App, fraise: str, environment: str, job: str | None) -> None:
    """List the backups that lie there, newest first, and which of them are good.

    Good ones hold something, passed their restore test if there is one, and have their checksum beside them.
    """
    config = app.config()
    target = config.get_fraise_environment(fraise, environment)
    jobs = [_named(target, job)] if job else list(target.jobs)
    rows = [_row(one, found) for one in jobs for found in _there(app, target, one)]
    if app.json:
        terminal.answer([{"schema": 1, "fraise": fraise, "environment": environment, **row} for row in rows])
        return
    from fraisier.cli.table import aligned

    head = ("Job", "Backup", "Age", "Good")
    lines = [
        (row["job"], row["backup"], _age(row["age_seconds"]), "yes" if row["good"] else "no") for row in rows
    ]
    for line in aligned([head, *lines]) if rows else ["No backups."]:
        terminal.say(line)


@door("fraisier backup restore my_backups production daily --yes", name="restore", acts=True)
@click.argument("fraise", shell_complete=known.fraises)
@click.argument("environment", shell_complete=known.environments)
@click.argument("job", required=False)
@click.option("--backup", metavar="NAME", help="This one instead of the newest good one.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@waiting.options
def restore(
    app: App, fraise: str, environment: str, job: str | None, backup: str | None, yes: bool, **busy: Any
) -> int:
    """Restore a backup by the job's own `restore` command, after its checksum was found right.

    Whatever the application has written since is lost, so it asks first.
    """
    import asyncio

    from fraisier.cli import progress, report
    from fraisier.model.identity import Identity

    asking = waiting.asking(**busy)
    config = app.config()
    target = config.get_fraise_environment(fraise, environment)
    meant = _named(target, job)
    name = _chosen(target, meant, _there(app, target, meant), backup)
    _confirm(f"Restore {name} in {target.identity}? What was written since is lost.", yes=yes)
    desk = app.desk(config)
    with progress.watching(app) as watcher:
        identity = Identity(fraise, environment, meant.name)
        ended = asyncio.run(desk.run_job(identity, restore=name, asking=asking, progress=watcher))
    return report.show(app, ended)


def _named(target: Environment, job: str | None) -> Job:
    """The job that is meant. Raises `UnknownName`, or a usage error."""
    from fraisier.deployers.jobs import named

    if target.type != "backup":
        raise click.UsageError(f"{target.fraise} is of type {target.type} and makes no backups.")
    if job is not None:
        return named(target, job)
    if len(target.jobs) != 1:
        raise click.UsageError(f"Name the job that is meant: {', '.join(one.name for one in target.jobs)}.")
    return target.jobs[0]


def _there(app: App, target: Environment, job: Job) -> list[Backup]:
    import asyncio

    from fraisier.providers.docker_compose.home import settled
    from fraisier.providers.host_backups import folder

    return asyncio.run(app.desk(app.config()).backups(target, folder(settled(target), job)))


def _chosen(target: Environment, job: Job, there: list[Backup], wanted: str | None) -> str:
    """Raises `UnknownName` for one that is not there or not good."""
    from fraisier.errors import UnknownName

    good = [one.name for one in there if one.good]
    if wanted is None and good:
        return good[0]
    if wanted is not None and wanted in good:
        return wanted
    what = f"no good backup called {wanted!r}" if wanted else "no good backup yet"
    raise UnknownName(
        f"There is {what} of {target.identity}/{job.name}.",
        hint=f"fraisier backup list {target.fraise} {target.environment} {job.name}",
    )


def _confirm(question: str, *, yes: bool) -> None:
    import sys

    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError("Nobody can be asked here: say --yes.")
    click.confirm(question, abort=True, err=True)


def _row(job: Job, found: Backup) -> dict[str, Any]:
    return {"job": job.name, "backup": found.name, "age_seconds": round(found.age, 1), "good": found.good}


def _age(seconds: float) -> str:
    from fraisier.cli import times

    return times.duration(seconds)


command.add_command(list_)
command.add_command(restore)
