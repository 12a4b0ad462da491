"""What a webhook leads to. Pure: an event and what its branch is mapped to come in, a decision goes out."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec

from fraisier.config.environment import Environment
from fraisier.config.git import FraiseGit
from fraisier.git.forge import WebhookEvent
from fraisier.git.place import place


class Outcome(StrEnum):
    ACCEPTED = "accepted"
    IGNORED = "ignored"
    REFUSED = "refused"


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """`requests` are rows for the queue; `reason` says why there are none."""

    outcome: Outcome
    reason: str | None = None
    requests: tuple[dict[str, Any], ...] = ()


def decide(event: WebhookEvent, mapped: Environment | None, repository: str, *, runs_on: str) -> Decision:
    """`mapped` is what the event's branch deploys, `repository` its resolved git_repo; `runs_on` a machine's id."""
    if reason := _reason_to_ignore(event, mapped, repository):
        return Decision(outcome=Outcome.IGNORED, reason=reason)
    assert mapped is not None  # noqa: S101 - else there was a reason
    request = {
        "fraise": mapped.fraise,
        "environment": mapped.environment,
        "job": "",
        "git_branch": event.branch,
        "git_commit": event.commit_sha,
        "target_provider": mapped.provider,
        "runs_on": runs_on,
        "options": {"on_new_push": mapped.on_new_push},
    }
    return Decision(outcome=Outcome.ACCEPTED, requests=(request,))


def _reason_to_ignore(event: WebhookEvent, mapped: Environment | None, repository: str) -> str | None:
    if reason := _reason_in(event):
        return reason
    if mapped is None:
        return f"branch_mapping does not name the branch {event.branch}"
    if mapped.git is not None and not _is_from(event, mapped.git):
        return f"{event.provider} is not the forge of {mapped.identity}"
    if not _is_own(event, repository):
        return f"{event.repository or 'the sender'} is not the repository of {mapped.identity}"
    return None


def _reason_in(event: WebhookEvent) -> str | None:
    """Why the event alone, whatever is configured, deploys nothing."""
    if event.is_ping:
        return "a ping deploys nothing"
    if event.is_deleted:
        return f"{event.ref or event.branch} was deleted"
    if event.is_tag:
        return f"{event.ref}: tags deploy nothing"
    if not event.pushes_branch or event.branch is None:
        return f"{event.event_type} events deploy nothing"
    return None


def _is_from(event: WebhookEvent, forge: FraiseGit) -> bool:
    """Whether the push came from the forge that the fraise has for itself, and from its own server."""
    if forge.provider is not None and event.provider != forge.provider:
        return False
    if forge.base_url is None or not event.repository_urls:
        return True
    server = place(f"{forge.base_url.rstrip('/')}/").rstrip("/")
    return any(place(url).startswith(f"{server}/") for url in event.repository_urls)


def _is_own(event: WebhookEvent, repository: str) -> bool:
    """Whether the push went to the mapped fraise's own repository; a fraise that names none takes any."""
    own = place(repository)
    if not repository:
        return True
    if event.repository_urls:
        return own in map(place, event.repository_urls)
    return event.repository is None or own.casefold().endswith(f"/{event.repository.casefold()}")
