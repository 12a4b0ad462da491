"""Rows of the database as the reports that every door shows. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from fraisier.engine.outcome import Outcome, exit_code
from fraisier.errors import FraiseQLError
from fraisier.model.commit import short
from fraisier.model.identity import Identity
from fraisier.model.plan import Plan
from fraisier.model.report import Report, StepReport
from fraisier.model.status import DeploymentStatus, Kind, StepStatus


def kind_of(row: Mapping[str, Any]) -> Kind:
    """What a row of a request or a deployment is about: a lane of a job only has runs of that job."""
    return Kind.JOB if row["job"] else Kind(row["kind"])


def finished(
    plan: Plan, identifier: str, outcome: Outcome, steps: tuple[StepReport, ...], seconds: float
) -> Report:
    """The report of a deployment that ended in this process."""
    code = exit_code(outcome.status, outcome.error)
    return Report(
        deployment_id=identifier,
        kind=plan.kind,
        fraise=plan.identity.fraise,
        environment=plan.identity.environment,
        job=plan.identity.job,
        status=outcome.status,
        old_version=plan.old.commit.sha if plan.old else None,
        new_version=plan.commit.sha,
        old_shown=plan.old.commit.shown if plan.old else "—",
        new_shown=plan.commit.shown,
        duration_seconds=round(seconds, 3),
        error={**outcome.error.as_dict(), "exit_code": code} if outcome.error else None,
        not_undone=outcome.not_undone,
        steps=steps,
        target=plan.target,
        warnings=outcome.warnings,
        stayed=outcome.stayed,
        hosts=hosts(outcome),
    )


def hosts(outcome: Outcome) -> dict[str, dict[str, Any]]:
    """How each of several hosts stands, by name."""
    return {
        one.host: {"status": one.status, "version": one.version, "note": one.note} for one in outcome.hosts
    }


def read(row: Mapping[str, Any], steps: Sequence[Mapping[str, Any]]) -> Report:
    """The report of a deployment that ended elsewhere, from its row and its journal."""
    plan, details = json.loads(row["plan"]), json.loads(row["details"] or "{}")
    old = plan["old"]
    return Report(
        deployment_id=row["identifier"],
        kind=kind_of(row),
        fraise=row["fraise"],
        environment=row["environment"],
        job=row["job"],
        status=row["status"],
        old_version=row["old_version"],
        new_version=row["new_version"],
        old_shown=(old["commit"]["tag"] or short(old["commit"]["sha"])) if old else "—",
        new_shown=plan["commit"]["tag"] or short(row["new_version"]),
        duration_seconds=row["duration_seconds"],
        error=_error(row),
        not_undone=tuple(json.loads(row["not_undone"] or "[]")),
        steps=tuple(step(row) for row in steps),
        target=plan["target"],
        warnings=tuple(details.get("warnings", [])),
        stayed=details.get("stayed", False),
        hosts=details.get("hosts", {}),
    )


def _error(row: Mapping[str, Any]) -> dict[str, Any] | None:
    if not row["error_message"]:
        return None
    code = row["error_exit_code"] or DeploymentStatus(row["status"]).exit_code
    return {
        "code": row["error_code"],
        "message": row["error_message"],
        "hint": row["error_hint"],
        "exit_code": code,
    }


def step(row: Mapping[str, Any]) -> StepReport:
    return StepReport(
        name=row["kind"],
        title=row["title"],
        status=StepStatus(row["status"]),
        duration_seconds=row["duration_seconds"],
        note=row["error"] or row["note"],
    )


def refused(
    identity: Identity,
    error: FraiseQLError,
    status: DeploymentStatus = DeploymentStatus.FAILED,
    kind: Kind = Kind.DEPLOY,
) -> Report:
    """A deployment that never began, or that somebody else ends."""
    return Report(
        deployment_id=None,
        kind=kind,
        fraise=identity.fraise,
        environment=identity.environment,
        job=identity.job,
        status=status,
        error=error.as_dict(),
    )
