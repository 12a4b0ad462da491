"""The body that GitHub made popular, and that Gitea and Forgejo send too. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from fraisier.git import change
from fraisier.git.forge import MalformedEvent, header

PUSH_KEYS: Final = frozenset({"ref", "before", "after"})
_EVENT: Final = re.compile(r"[a-z0-9_]{1,64}")
_URLS: Final = ("clone_url", "ssh_url", "git_url", "html_url")


def claimed(headers: Mapping[str, str], name: str) -> str:
    """The event that a header names. Raises `MalformedEvent` when it names none."""
    event_type = header(headers, name)
    if not _EVENT.fullmatch(event_type):
        raise MalformedEvent(f"The header {name} is missing or is no event's name.")
    return event_type


def about(event_type: str, payload: dict[str, Any]) -> dict[str, Any]:
    """The fields of a `WebhookEvent` that any event has, and those of a push.

    Raises `MalformedEvent` when the body is not that of the event.
    """
    is_push = event_type == "push"
    if is_push != (payload.keys() >= PUSH_KEYS):
        raise MalformedEvent("The body is not that of the event which the header claims.")
    repository = _repository(payload, required=is_push)
    login = change.mapping(payload.get("sender")).get("login")
    return {
        "event_type": event_type,
        "sender": change.sender(login, "sender.login"),
        "repository": repository.get("full_name"),
        "raw_payload": payload,
        "is_merge_request": event_type == "pull_request",
        "repository_urls": change.addresses(*(repository.get(key) for key in _URLS)),
        **(_push(payload) if is_push else {}),
    }


def _repository(payload: dict[str, Any], *, required: bool) -> dict[str, Any]:
    """What the event is about; empty for an event of an organisation, which is about no repository."""
    if payload.get("repository") is None and not required:
        return {}
    found = change.mapping(payload.get("repository"))
    change.repository(found.get("full_name"), "repository.full_name")
    return found


def _push(payload: dict[str, Any]) -> dict[str, Any]:
    moved = change.moved(payload["ref"], payload["before"], payload["after"])
    if "deleted" in payload and bool(payload["deleted"]) != moved["is_deleted"]:
        raise MalformedEvent("The body says `deleted` and `after` that contradict each other.")
    return moved
