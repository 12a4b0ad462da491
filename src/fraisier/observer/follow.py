"""Follows a deployment that somebody else runs, from its rows. Never changes anything."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import msgspec

from fraisier.database import Database
from fraisier.engine.journal import in_thread
from fraisier.errors import DeploymentError
from fraisier.model.plan import Plan
from fraisier.model.report import Progress, Report
from fraisier.model.status import DeploymentStatus, RequestStatus, StepStatus
from fraisier.observer import record

POLL = 0.2
_OPEN = {RequestStatus.PENDING, RequestStatus.PROCESSING}


async def follow(database: Database, request: int, progress: Progress) -> Report:
    """Wait for the end of a request and tell `progress` what its journal tells.

    Raises `DeploymentError` with the recorded reason when the request ended before a deployment began.
    """
    reader = _Reader(database, progress)
    while True:
        row = await in_thread(database.row, "request", ref=request)
        if row is None:
            raise DeploymentError("The request is gone from the database.", hint="fraisier history")
        deployment = await in_thread(database.row, "deployment_of_request", request=request)
        if deployment is not None:
            await reader.look(deployment)
            if deployment["status"] != DeploymentStatus.IN_PROGRESS:
                return record.read(deployment, reader.steps)
        elif row["status"] not in _OPEN:
            return _without_deployment(row)
        await asyncio.sleep(POLL)


class _Reader:
    """Turns what changed in the journal since the last look into progress."""

    def __init__(self, database: Database, progress: Progress) -> None:
        self._database = database
        self._progress = progress
        self._seen: dict[int, tuple[str, str]] = {}
        self._plan: Plan | None = None
        self._back = False
        self.steps: list[dict[str, Any]] = []

    async def look(self, deployment: dict[str, Any]) -> None:
        if self._plan is None:
            self._plan = msgspec.json.decode(deployment["plan"], type=Plan)
            self._progress.planned(deployment["identifier"], self._plan)
        self.steps = await in_thread(self._database.rows, "steps", deployment=deployment["pk_deployment"])
        if deployment["direction"] == "back" and not self._back:
            self._back = True
            self._progress.turned_back(deployment["back_reason"])
        for row in self.steps:
            self._tell(self._plan, row)

    def _tell(self, plan: Plan, row: dict[str, Any]) -> None:
        now = (row["phase"], row["status"])
        if row["status"] == StepStatus.PENDING or self._seen.get(row["ordinal"]) == now:
            return
        self._seen[row["ordinal"]] = now
        step, undoing = plan.steps[row["ordinal"]], row["phase"] == "undo"
        if row["status"] == StepStatus.RUNNING:
            self._progress.step_started(step, undoing=undoing)
        else:
            self._progress.step_ended(step, record.step(row), undoing=undoing)


def _without_deployment(row: dict[str, Any]) -> Report:
    """How a request ended that needed no deployment, or never got one."""
    if row["status"] == RequestStatus.FAILED:
        raise DeploymentError(row["reason"] or "The request failed before its deployment began.")
    ended = "up_to_date" if row["status"] == RequestStatus.COMPLETED else row["status"]
    return Report(
        deployment_id=None,
        kind=record.kind_of(row),
        fraise=row["fraise"],
        environment=row["environment"],
        status=ended,
        new_version=json.loads(row["options"] or "{}").get("version"),
        warnings=(row["reason"],) if row["reason"] else (),
    )
