"""What people read about the steps of a deployment, as the prd draws it. Pure: lines in, no streams."""

from __future__ import annotations

from typing import Final

from fraisier.cli.terminal import clean, one_line
from fraisier.model.plan import Plan
from fraisier.model.report import StepReport
from fraisier.model.status import Kind, StepStatus
from fraisier.model.step import Step

MARKS: Final = {
    StepStatus.DONE: ("✓", "green"),
    StepStatus.SKIPPED: ("-", "bright_black"),
    StepStatus.FAILED: ("✗", "red"),
    StepStatus.UNDONE: ("↩", "yellow"),
    StepStatus.UNDO_FAILED: ("✗", "red"),
}
VERBS: Final = {Kind.DEPLOY: "Deploying", Kind.ROLLBACK: "Rolling back", Kind.JOB: "Running"}
SHORT: Final = 60  # a longer note gets a line of its own


def heading(plan: Plan) -> str:
    """`Deploying my_api → production (bare-metal/localhost)`."""
    identity = plan.identity
    job = f"{identity.job} of " if identity.job else ""
    return f"{VERBS[plan.kind]} {job}{identity.fraise} → {identity.environment} ({plan.target})"


def started(step: Step, *, undoing: bool) -> str | None:
    """The line of a step that takes a while; None for one that is over at once."""
    if undoing:
        return f"Undoing: {step.title}..."
    return f"{step.doing.rstrip('.…')}..." if step.doing else None


def ended(step: Step, report: StepReport, *, undoing: bool) -> tuple[str, str]:
    """The line of a finished step with its mark, and the mark's colour."""
    mark, colour = MARKS.get(report.status, ("-", "bright_black"))
    return f"{mark} {_name(step, report, undoing=undoing)}{_noted(report)}", colour


def turned(reason: str) -> str:
    """The first line only: the step that failed has just said the rest."""
    return f"Going back: {first_line(reason)}"


def first_line(text: str) -> str:
    return one_line(clean(text).strip().partition("\n")[0])


def silent(report: StepReport, *, undoing: bool) -> bool:
    """On the way back, whatever needed nothing to be undone is not worth a line."""
    return undoing and report.idle and report.status is StepStatus.UNDONE and not report.note


def _name(step: Step, report: StepReport, *, undoing: bool) -> str:
    if undoing:
        undone = report.status is StepStatus.UNDONE and not report.note
        return f"{'Undone' if undone else 'Not undone'}: {step.title}"
    if report.status in {StepStatus.DONE, StepStatus.UNDONE}:
        return report.title
    return step.doing.rstrip(".…") or step.kind.replace("_", " ").capitalize()


def _noted(report: StepReport) -> str:
    note, said = one_line(report.note or ""), clean(report.note or "").strip()
    if not note:
        return ""
    if report.status in {StepStatus.FAILED, StepStatus.UNDO_FAILED}:
        first, *output = said.splitlines()
        return "\n".join([f": {one_line(first)}", *(f"      {line}" for line in output)])
    if report.status is StepStatus.SKIPPED:
        return f": skipped, {note}"
    lines = said.splitlines()
    short = len(lines) == 1 and len(note) <= SHORT
    return f" ({note})" if short else "".join(f"\n      {line}" for line in lines)
