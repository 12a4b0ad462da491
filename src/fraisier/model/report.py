"""How a deployment ended: the object behind `deploy --json` and `rollback --json`, and its progress."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

from fraisier.model.plan import Plan
from fraisier.model.status import DeploymentStatus, Kind, StepStatus
from fraisier.model.step import Step


class StepReport(msgspec.Struct, frozen=True, kw_only=True):
    """How a step ended. `idle`: on the way back nothing had to be changed for it."""

    name: str
    title: str
    status: StepStatus
    duration_seconds: float | None = None
    note: str | None = None
    idle: bool = False


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One deployment: finished, never needed, or only queued. `status` is a `DeploymentStatus` or `up_to_date`.

    Versions are full commit hashes; durations are seconds; `error` is `{code, message, hint, exit_code}`.
    """

    deployment_id: str | None
    request_id: str | None = None
    kind: Kind
    fraise: str
    environment: str
    status: str
    old_version: str | None = None
    new_version: str | None = None
    old_shown: str = "—"
    new_shown: str = "—"
    duration_seconds: float | None = None
    error: dict[str, Any] | None = None
    not_undone: tuple[dict[str, str], ...] = ()
    steps: tuple[StepReport, ...] = ()
    target: str = ""
    warnings: tuple[str, ...] = ()
    stayed: bool = False
    job: str = ""
    hosts: dict[str, dict[str, Any]] = msgspec.field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        if self.error:
            return int(self.error["exit_code"])
        return DeploymentStatus(self.status).exit_code if self.status != "up_to_date" else 0


class Progress(Protocol):
    """Who watches a deployment: a terminal, a log, a stream. Every method returns at once and never raises."""

    def planned(self, deployment_id: str, plan: Plan) -> None: ...

    def step_started(self, step: Step, *, undoing: bool = False) -> None: ...

    def step_ended(self, step: Step, report: StepReport, *, undoing: bool = False) -> None: ...

    def said(self, text: str) -> None: ...

    def turned_back(self, reason: str) -> None: ...


class Silent:
    """A `Progress` that nobody watches."""

    def planned(self, deployment_id: str, plan: Plan) -> None: ...

    def step_started(self, step: Step, *, undoing: bool = False) -> None: ...

    def step_ended(self, step: Step, report: StepReport, *, undoing: bool = False) -> None: ...

    def said(self, text: str) -> None: ...

    def turned_back(self, reason: str) -> None: ...
