"""A deployment's progress as log records, beside what people watch."""

from __future__ import annotations

import logging

from fraisier.model import trail
from fraisier.model.plan import Plan
from fraisier.model.report import Progress, StepReport
from fraisier.model.step import Step

log = logging.getLogger(__name__)


class Recorded:
    """Passes everything on; the task that runs the deployment knows from then on which one it is about."""

    def __init__(self, watcher: Progress) -> None:
        self._watcher = watcher

    def planned(self, deployment_id: str, plan: Plan) -> None:
        trail.DEPLOYMENT.set(deployment_id)
        log.info("%s of %s to %s on %s", plan.kind, plan.identity, plan.commit.sha, plan.target)
        for number, step in enumerate(plan.steps):
            log.debug("step %d is %s, at most %g s", number, step.kind, step.deadline)
        self._watcher.planned(deployment_id, plan)

    def step_started(self, step: Step, *, undoing: bool = False) -> None:
        trail.STEP.set(step.kind)
        log.debug("%s %s", "undoing" if undoing else "beginning", step.kind)
        self._watcher.step_started(step, undoing=undoing)

    def step_ended(self, step: Step, report: StepReport, *, undoing: bool = False) -> None:
        seconds = report.duration_seconds or 0.0
        log.info("%s %s after %.3f s %s", step.kind, report.status, seconds, report.note or "")
        trail.STEP.set("")
        self._watcher.step_ended(step, report, undoing=undoing)

    def said(self, text: str) -> None:
        log.info("%s", text)
        self._watcher.said(text)

    def turned_back(self, reason: str) -> None:
        log.info("going back: %s", reason)
        self._watcher.turned_back(reason)
