"""What can happen: every type of event that is ever written."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Final

TYPES: Final = (
    "request.made",
    "request.superseded",
    "request.cancelled",
    "request.completed",
    "request.failed",
    "deployment.started",
    "deployment.succeeded",
    "deployment.failed",
    "deployment.rolled_back",
    "deployment.rollback_failed",
    "deployment.cancelled",
    "deployment.superseded",
    "deployment.parked",
    "deployment.resumed",
    "deployment.taken_over",
    "deployment.recovered",
    "deployment.cancel_requested",
    "deployment.completed_by_hand",
    "health_check.passed",
    "health_check.failed",
    "lane.held",
    "lane.unheld",
    "lock.broken",
    "fence.adopted",
    "database.pruned",
)
OUTCOMES: Final = ("deployment.succeeded", "deployment.failed", "deployment.cancelled", "request.failed")
"""One for every deployment and for every request that never became one: what most people want to hear."""


def matches(patterns: tuple[str, ...], kind: str) -> bool:
    """Whether a type fits one of the patterns, in which `*` stands for anything."""
    return any(fnmatchcase(kind, pattern) for pattern in patterns)
