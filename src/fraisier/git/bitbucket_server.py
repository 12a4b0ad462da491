"""What Bitbucket Server and Data Center say in their webhooks. Pure."""

from __future__ import annotations

from typing import Any, Final

from fraisier.git import change
from fraisier.git.forge import MalformedEvent

CALLED: Final = "Bitbucket Server"
PUSH: Final = "repo:refs_changed"
PING: Final = "diagnostics:ping"
EVENTS: Final = frozenset({PUSH, PING})
DELIVERY: Final = "X-Request-Id"
_NOTHING: Final = "0" * 40


def is_push(payload: dict[str, Any]) -> bool:
    return isinstance(payload.get("changes"), list) and "repository" in payload


def events(event_type: str, payload: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of a `WebhookEvent` for each ref that a push has moved; one for any other event."""
    repository = change.mapping(payload.get("repository"))
    about = {
        "sender": change.sender(change.mapping(payload.get("actor")).get("name"), "actor.name"),
        "repository": _name(repository) if repository or event_type == PUSH else None,
        "repository_urls": _addresses(repository),
        "is_merge_request": event_type.startswith("pr:"),
        "is_ping": event_type == PING,
    }
    if event_type != PUSH:
        return [about]
    return [about | _moved(change.mapping(one)) for one in payload["changes"]] or [about]


def _name(repository: dict[str, Any]) -> str:
    project, slug = change.mapping(repository.get("project")).get("key"), repository.get("slug")
    named = isinstance(project, str) and isinstance(slug, str)
    return change.repository(
        f"{project}/{slug}" if named else None, "repository.project.key and repository.slug"
    )


def _addresses(repository: dict[str, Any]) -> tuple[str, ...]:
    """Older servers name none."""
    clone = change.mapping(repository.get("links")).get("clone")
    return (
        change.addresses(*(change.mapping(one).get("href") for one in clone))
        if isinstance(clone, list)
        else ()
    )


def _moved(one: dict[str, Any]) -> dict[str, Any]:
    """A deletion is told by its type too, and the commit must agree."""
    deleted = one.get("type") == "DELETE"
    moved = change.moved(one.get("refId"), one.get("fromHash"), one.get("toHash"))
    if deleted != moved["is_deleted"]:
        raise MalformedEvent("The body's type of change and its toHash contradict each other.")
    return moved
