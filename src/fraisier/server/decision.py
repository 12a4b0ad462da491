"""What a webhook leads to. Pure: events and the routes they may take come in, a decision goes out."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import msgspec

from fraisier.config.git import FraiseGit
from fraisier.git.forge import WebhookEvent
from fraisier.git.place import place
from fraisier.model.identity import Identity
from fraisier.server.routes import Route

Scope = frozenset[Identity] | None
"""What the secret that signed a delivery may deploy: these, or None for whatever has no secret of its own."""


class Outcome(StrEnum):
    ACCEPTED = "accepted"
    IGNORED = "ignored"
    REFUSED = "refused"


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """`requests` are rows for the queue; `reason` says why there are none. `event` is the one that is stored."""

    outcome: Outcome
    reason: str | None = None
    requests: tuple[dict[str, Any], ...] = ()
    event: WebhookEvent | None = None


def decide(events: Sequence[tuple[WebhookEvent, Sequence[Route]]], scope: Scope, *, runs_on: str) -> Decision:
    """`events` are those of one delivery, each with its routes; `runs_on` is a machine's id."""
    decisions = [_decide(event, routes, scope, runs_on) for event, routes in events]
    accepted = [one for one in decisions if one.requests]
    if not accepted:
        return decisions[0]
    requests = tuple(request for one in accepted for request in one.requests)
    return msgspec.structs.replace(accepted[0], requests=requests)


def _decide(event: WebhookEvent, routes: Sequence[Route], scope: Scope, runs_on: str) -> Decision:
    if reason := _reason_in(event) or _reason_without(event, routes):
        return Decision(outcome=Outcome.IGNORED, reason=reason, event=event)
    against = [(route, _reason_against(event, route, scope)) for route in routes]
    requests = tuple(_request(event, route, runs_on) for route, reason in against if reason is None)
    if not requests:
        return Decision(outcome=Outcome.IGNORED, reason=against[0][1], event=event)
    return Decision(outcome=Outcome.ACCEPTED, requests=requests, event=event)


def _request(event: WebhookEvent, route: Route, runs_on: str) -> dict[str, Any]:
    return {
        "fraise": route.environment.fraise,
        "environment": route.environment.environment,
        "job": "",
        "git_branch": event.branch,
        "git_commit": event.commit_sha,
        "target_provider": route.environment.provider,
        "runs_on": runs_on,
        "options": {
            "on_new_push": route.environment.on_new_push,
            "on_running_job": route.environment.on_running_job,
        },
    }


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


def _reason_without(event: WebhookEvent, routes: Sequence[Route]) -> str | None:
    return None if routes else f"branch_mapping does not name the branch {event.branch}"


def _reason_against(event: WebhookEvent, route: Route, scope: Scope) -> str | None:
    """Why the event does not deploy this environment."""
    environment = route.environment
    if environment.git is not None and not _is_from(event, environment.git):
        return f"{event.provider} is not the forge of {environment.identity}"
    if route.place and not _is_own(event, route.place):
        return f"{event.repository or 'the sender'} is not the repository of {environment.identity}"
    if not _may(route, scope):
        return f"it is not signed with the secret of {environment.identity}"
    return None


def _may(route: Route, scope: Scope) -> bool:
    if scope is None:
        return not route.environment.pushes.webhook_secrets
    return route.environment.identity in scope


def _is_from(event: WebhookEvent, forge: FraiseGit) -> bool:
    """Whether the push came from the forge that the fraise has for itself, and from its own server."""
    if forge.provider is not None and event.provider != forge.provider:
        return False
    if forge.base_url is None or not event.repository_urls:
        return True
    server = place(f"{forge.base_url.rstrip('/')}/").rstrip("/")
    return any(place(url).startswith(f"{server}/") for url in event.repository_urls)


def _is_own(event: WebhookEvent, own: str) -> bool:
    """Whether the push went to the environment's own repository."""
    if event.repository_urls:
        return own in map(place, event.repository_urls)
    return event.repository is None or own.casefold().endswith(f"/{event.repository.casefold()}")
