"""An event in words for people. Pure."""

from __future__ import annotations

from typing import Final

import msgspec

from fraisier.events.event import Event
from fraisier.model.commit import short

GOOD: Final = 0x2E7D32
BAD: Final = 0xC62828
PLAIN: Final = 0x546E7A
TITLES: Final = {
    "deployment.started": ("⏳ Deployment Started", PLAIN),
    "deployment.succeeded": ("🚀 Deployment Successful", GOOD),
    "deployment.failed": ("❌ Deployment Failed", BAD),
    "deployment.rolled_back": ("↩ Deployment Rolled Back", BAD),
    "deployment.rollback_failed": ("🚨 Rollback Failed", BAD),
    "deployment.cancelled": ("🛑 Deployment Cancelled", PLAIN),
    "health_check.passed": ("✅ Health Check Passed", GOOD),
    "health_check.failed": ("⚠ Health Check Failed", BAD),
    "request.failed": ("❌ Nothing Could Be Deployed", BAD),
}
ENDS: Final = {
    "rolled_back": "The old version is back.",
    "rollback_failed": "The old version could not be brought back: a person is needed.",
}
LONGEST: Final = 900
"""Characters of an error; the log has all of it."""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """`fields` are names and values in their order; `colour` is 0xRRGGBB."""

    title: str
    fields: tuple[tuple[str, str], ...]
    colour: int

    @property
    def lines(self) -> list[str]:
        return [f"{name}: {value}" for name, value in self.fields]


def message(event: Event) -> Message:
    """What the documents show: service, version and duration; after a failure the error, and where to look."""
    title, colour = TITLES.get(event.type, (event.type, PLAIN))
    duration = f"{event.duration:.1f}s" if event.duration is not None else None
    found = {
        "Service": event.service,
        "Environment": event.environment,
        "Version": short(event.version) if event.version else None,
        "Duration": duration if not event.error else None,
        "Error": cut(event.error, LONGEST) if event.error else None,
        "Result": ENDS.get(str(event.data.get("status"))) if event.type == "deployment.failed" else None,
        "Reason": event.data.get("reason") if not event.error else None,
        "By": event.actor,
        "Check": event.logs_url if event.error else None,
    }
    return Message(
        title=title, fields=tuple((name, str(value)) for name, value in found.items() if value), colour=colour
    )


def cut(text: str, longest: int) -> str:
    """The text, or its beginning and an ellipsis."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
