"""A deployment's progress as log records, beside what people watch."""

from __future__ import annotations

import logging

from fraisier.model.plan import Plan
from fraisier.model.report import Progress, StepReport
from fraisier.model.step import Step

log = logging.getLogger(__name__)


class Recorded:
    """Passes everything on; each record begins with the deployment it is about."""

    def __init__(self, watcher: Progress) -> None:
        self._watcher = watcher
        self._deployment = "no deployment yet"

    def planned(self, deployment_id: str, plan: Plan) -> None:
        self._deployment = deployment_id
        log.info(
            "%s: %s of %s to %s on %s", deployment_id, plan.kind, plan.identity, plan.commit.sha, plan.target
        )
        for number, step in enumerate(plan.steps):
            log.debug("%s: step %d is %s, at most %g s", deployment_id, number, step.kind, step.deadline)
        self._watcher.planned(deployment_id, plan)

    def step_started(self, step: Step, *, undoing: bool = False) -> None:
        log.debug("%s: %s %s", self._deployment, "undoing" if undoing else "beginning", step.kind)
        self._watcher.step_started(step, undoing=undoing)

    def step_ended(self, step: Step, report: StepReport, *, undoing: bool = False) -> None:
        seconds = report.duration_seconds or 0.0
        log.info(
            "%s: %s %s after %.3f s %s",
            self._deployment,
            step.kind,
            report.status,
            seconds,
            report.note or "",
        )
        self._watcher.step_ended(step, report, undoing=undoing)

    def said(self, text: str) -> None:
        log.info("%s: %s", self._deployment, text)
        self._watcher.said(text)

    def turned_back(self, reason: str) -> None:
        log.warning("%s: going back: %s", self._deployment, reason)
        self._watcher.turned_back(reason)
