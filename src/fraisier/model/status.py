"""The states that rows, JSON, events, metrics and exit codes share. One list each, one spelling."""

from __future__ import annotations

from enum import StrEnum


class DeploymentStatus(StrEnum):
    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    SUCCESS = "success"
    FAILED = "failed"
    ROLLED_BACK = "rolled_back"
    ROLLBACK_FAILED = "rollback_failed"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"

    @property
    def exit_code(self) -> int:
        return EXIT_CODES.get(self, 0)


EXIT_CODES = {
    DeploymentStatus.FAILED: 1,
    DeploymentStatus.ROLLED_BACK: 1,
    DeploymentStatus.CANCELLED: 1,
    DeploymentStatus.ROLLBACK_FAILED: 4,
}


class StepStatus(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    UNDONE = "undone"
    UNDO_FAILED = "undo_failed"
    SKIPPED = "skipped"


BEGUN = frozenset({StepStatus.RUNNING, StepStatus.DONE, StepStatus.FAILED, StepStatus.UNDO_FAILED})
"""What a way back has to undo."""


class RequestStatus(StrEnum):
    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"


class Trigger(StrEnum):
    """Who asked. `webhook` and `scheduled` are automatic; `manual` and `api` are a person."""

    WEBHOOK = "webhook"
    MANUAL = "manual"
    SCHEDULED = "scheduled"
    API = "api"


class Kind(StrEnum):
    DEPLOY = "deploy"
    ROLLBACK = "rollback"
    JOB = "job"  # a run of a job; its lane has the job's name


class Direction(StrEnum):
    FORWARD = "forward"
    BACK = "back"


class LaneHealth(StrEnum):
    HEALTHY = "healthy"
    DEGRADED = "degraded"
    DOWN = "down"
    UNKNOWN = "unknown"
