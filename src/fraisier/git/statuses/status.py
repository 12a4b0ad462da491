"""How a deployment looks on its commit. Pure."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

import msgspec

from fraisier.events.event import Event

_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class State(StrEnum):
    RUNNING = "running"
    SUCCESS = "success"
    FAILURE = "failure"
    CANCELLED = "cancelled"


WORDS: Final = {
    "deployment.started": (State.RUNNING, "Deploying to {}"),
    "deployment.succeeded": (State.SUCCESS, "Deployed to {}"),
    "deployment.failed": (State.FAILURE, "Failed in {}"),
    "deployment.rolled_back": (State.FAILURE, "Failed in {}; the old version is back"),
    "deployment.rollback_failed": (
        State.FAILURE,
        "Failed in {}, and so did the way back: a person is needed",
    ),
    "deployment.cancelled": (State.CANCELLED, "Cancelled in {}"),
    "deployment.superseded": (State.CANCELLED, "Superseded by a newer one in {}"),
}
BACK: Final = {
    "deployment.started": (State.RUNNING, "Going back to this in {}"),
    "deployment.succeeded": (State.SUCCESS, "Brought back to {}"),
}
"""What a rollback says of the version that it brings back."""
LONGEST: Final = 140
"""Characters of a description: GitHub's limit, the smallest of all."""


class CommitStatus(msgspec.Struct, frozen=True, kw_only=True):
    """`context` tells the statuses of one commit apart; `target_url` is where people find more."""

    sha: str
    state: State
    context: str
    description: str
    target_url: str | None = None


def status_of(event: Event) -> CommitStatus | None:
    """None for an event that changes nothing about how its commit looks."""
    said = _said(event)
    if said is None or not _COMMIT.fullmatch(event.version or ""):
        return None
    state, words = said
    url = event.logs_url if (event.logs_url or "").startswith(("http://", "https://")) else None
    return CommitStatus(
        sha=event.version or "",
        state=state,
        context="/".join(filter(None, ("fraisier", event.fraise, event.environment, event.job))),
        description=words[:LONGEST],
        target_url=url,
    )


def _said(event: Event) -> tuple[State, str] | None:
    if event.type == "deployment.failed" and event.data.get("status") != "failed":
        return None  # it went back, which its next event says
    found = (BACK if event.data.get("kind") == "rollback" else {}).get(event.type) or WORDS.get(event.type)
    if found is None:
        return None
    state, words = found
    took = f" in {event.duration:.0f} s" if state is State.SUCCESS and event.duration is not None else ""
    return state, f"{words.format(event.environment)}{took}."
