"""How a deployment ended, for people and for machines. Pure."""

from __future__ import annotations

from typing import Any, Final

from fraisier.cli.steps import first_line
from fraisier.cli.terminal import clean, one_line
from fraisier.model.report import Report
from fraisier.model.status import DeploymentStatus, Kind

Line = tuple[str, str | None]

NOUNS: Final = {Kind.DEPLOY: "Deployment", Kind.ROLLBACK: "Rollback", Kind.JOB: "Job"}
ENDS: Final = {
    DeploymentStatus.FAILED: "failed",
    DeploymentStatus.ROLLED_BACK: "failed",
    DeploymentStatus.ROLLBACK_FAILED: "failed, and so did the way back",
    DeploymentStatus.CANCELLED: "cancelled",
}
QUIET: Final = {
    "up_to_date": "{fraise} → {environment} is up to date ({new}). Nothing to do; --force deploys it again.",
    DeploymentStatus.SUPERSEDED: "Superseded: a newer request for {fraise} → {environment} took its place.",
    DeploymentStatus.PENDING: "Queued: {id} for {fraise} → {environment} waits for its turn.",
    DeploymentStatus.IN_PROGRESS: "{id} for {fraise} → {environment} continues elsewhere.",
}


def as_dict(report: Report) -> dict[str, Any]:
    """The JSON answer of `deploy` and `rollback`."""
    return {
        "schema": 1,
        "deployment_id": report.deployment_id,
        "request_id": report.request_id,
        "kind": str(report.kind),
        "fraise": report.fraise,
        "environment": report.environment,
        **({"job": report.job} if report.job else {}),
        "status": str(report.status),
        "old_version": report.old_version,
        "new_version": report.new_version,
        "duration_seconds": report.duration_seconds,
        "error": report.error,
        "not_undone": list(report.not_undone),
        "warnings": list(report.warnings),
        "hosts": report.hosts,
        "steps": [
            {"name": step.name, "status": str(step.status), "duration_seconds": step.duration_seconds}
            for step in report.steps
        ],
    }


def lines(report: Report) -> list[Line]:
    """What people read last: what happened, what was done about it, what to type next."""
    if report.status in QUIET:
        return [(_quiet(report), None)]
    if report.deployment_id is None and report.error:
        return _refused(report, report.error)
    following = [(f"Next: fraisier logs {report.deployment_id}", None)] if report.status in ENDS else []
    return [*ending(report), *following]


def ending(report: Report) -> list[Line]:
    """How a deployment ended, and what was done about it."""
    return _success(report) if report.status == DeploymentStatus.SUCCESS else _failure(report)


def _refused(report: Report, error: dict[str, Any]) -> list[Line]:
    what = f"✗ {report.fraise} → {report.environment}: {one_line(str(error['message']))}"
    return [("", None), (what, "red"), *_hint(error)]


def _quiet(report: Report) -> str:
    return QUIET[report.status].format(
        fraise=report.fraise,
        environment=report.environment,
        new=one_line(report.new_shown),
        id=report.deployment_id or report.request_id,
    )


def _success(report: Report) -> list[Line]:
    old = "" if report.kind is Kind.JOB else f"{one_line(report.old_shown)} → "
    return [
        ("", None),
        (f"✓ {NOUNS[report.kind]} successful!", "green"),
        (f"  Version: {old}{one_line(report.new_shown)}", None),
        *_facts(report),
    ]


def _failure(report: Report) -> list[Line]:
    status, error = DeploymentStatus(report.status), report.error or {}
    message = str(error.get("message") or "no reason was recorded")
    return [
        ("", None),
        (f"✗ {NOUNS[report.kind]} {ENDS[status]}: {first_line(message)}", "red"),
        *_last_word(message),
        (f"  {_now(report, status)}", None),
        *_facts(report),
        *_hint(error),
    ]


def _last_word(message: str) -> list[Line]:
    """Of what a command printed the last line, which mostly says why; its step shows more."""
    printed = clean(message).strip().splitlines()[1:]
    return [(f"    {one_line(printed[-1])}", None)] if printed else []


def _now(report: Report, status: DeploymentStatus) -> str:
    old = one_line(report.old_shown)
    if report.stayed:
        where = "live on the others." if report.hosts else "live, and is not well."
        return f"{one_line(report.new_shown)} is {where}"
    if status is DeploymentStatus.ROLLBACK_FAILED:
        return "A person is needed: neither version is known to be healthy."
    if status is DeploymentStatus.ROLLED_BACK:
        return f"Rolled back to {old}, which is healthy again."
    if report.old_version is None and report.kind is not Kind.JOB:
        return "What it had begun was removed again; nothing ran here before, and nothing runs now."
    if status is DeploymentStatus.CANCELLED:
        return f"{old} is live."
    here = one_line(report.new_shown) if report.kind is Kind.JOB else old
    return f"{here} was not touched and is still live."


def _facts(report: Report) -> list[Line]:
    facts: list[Line] = []
    if report.duration_seconds is not None:
        facts.append((f"  Duration: {report.duration_seconds:.1f}s", None))
    if report.target:
        facts.append((f"  Target: {one_line(report.target)}", None))
    facts += [(f"  Warning: {one_line(warning)}", "yellow") for warning in report.warnings]
    return [*facts, *_not_undone(report)]


def _not_undone(report: Report) -> list[Line]:
    if not report.not_undone:
        return []
    found: list[Line] = [("  Not undone:", "yellow")]
    for left in report.not_undone:
        where = ": ".join(filter(None, (left.get("host"), left["step"])))
        found.append((f"    {one_line(where)}: {one_line(left['what'])}", None))
        found.append((f"      {one_line(left['how'])}", None))
    return found


def _hint(error: dict[str, Any]) -> list[Line]:
    return [(f"Hint: {clean(str(error['hint']))}", None)] if error.get("hint") else []
