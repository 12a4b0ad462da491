"""The run of a backup on a host, as steps: make, prove, copy, tidy up; and the way back from one. Pure."""

from __future__ import annotations

import msgspec

from fraisier.config.environment import Environment
from fraisier.config.job import Job
from fraisier.errors import ConfigurationError
from fraisier.hosts import layout
from fraisier.hosts.steps import backups
from fraisier.model.plan import Observed
from fraisier.model.step import OnFailure, Step

MARGIN = 60.0


def folder(environment: Environment, job: Job) -> str:
    """Where the backups of a job lie."""
    return job.backup_path or f"{layout.private_folder(environment.app_path)}/backups/{job.name}"


def run(environment: Environment, observed: Observed, job: Job, told: backups.Params) -> tuple[Step, ...]:
    """`told` has what every step of it needs."""
    here = msgspec.structs.replace(
        told, folder=folder(environment, job), name=f"{job.name}-{observed.attempt}", deadline=job.timeout
    )
    made = msgspec.structs.replace(here, argv=job.command)
    steps = [
        _step("make_backup", f"Backup {job.name} made", f"Running the job {job.name}...", made),
        _step(
            "seal_backup",
            "Backup is good",
            "Testing the backup...",
            msgspec.structs.replace(here, argv=job.restore_test),
        ),
    ]
    if copy := _copy(job):
        step = _step(
            "sync_backup", "Backup copied", "Copying the backup...", msgspec.structs.replace(here, argv=copy)
        )
        steps.append(step)
    if job.retention_days is not None:
        kept = msgspec.structs.replace(here, days=float(job.retention_days), keep=job.keep_last)
        step = _step("prune_backups", "Old backups removed", "Removing old backups...", kept)
        steps.append(msgspec.structs.replace(step, on_failure=OnFailure.WARN))
    return tuple(steps)


def restore(environment: Environment, job: Job, name: str, told: backups.Params) -> tuple[Step, ...]:
    """Raises `ConfigurationError` where nobody said how."""
    if not job.restore:
        raise ConfigurationError(
            f"{environment.identity}/{job.name} has no `restore`: nobody knows how it is restored.",
            hint="Add the command to fraises.yaml; it finds the backup in $BACKUP_FILE.",
        )
    params = msgspec.structs.replace(
        told, folder=folder(environment, job), name=name, argv=job.restore, deadline=job.timeout
    )
    return (
        _step("check_backup", "Checksum is right", "Comparing the checksum...", params),
        _step("restore_backup", f"{name} restored", f"Restoring {name}...", params),
    )


def _copy(job: Job) -> tuple[str, ...]:
    """With sync_to, rsync copies the backup with its checksum; a command of the user's does what it likes."""
    if job.sync_to is None:
        return job.sync
    script = 'exec rsync --archive --partial -- "$BACKUP_FILE" "$BACKUP_FILE.sha256" "$1"'
    return ("sh", "-c", script, "sh", f"{job.sync_to.rstrip('/')}/")


def _step(kind: str, title: str, doing: str, params: backups.Params) -> Step:
    return Step(
        kind=kind,
        title=title,
        doing=doing,
        params=msgspec.to_builtins(params),
        deadline=2 * params.deadline + MARGIN,
    )
