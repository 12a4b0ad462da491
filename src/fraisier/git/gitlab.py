"""GitLab, gitlab.com or one's own. See docs.gitlab.com, "Webhooks" and "Webhook events".

A hook has a secret token, which GitLab sends as it is, or a signing token (`whsec_…`), with which it signs id, time and
body as Standard Webhooks has it.
"""

from __future__ import annotations

import time
from typing import Any, ClassVar, Final

from fraisier.git import change, signature
from fraisier.git.forge import (
    GitProvider,
    MalformedEvent,
    WebhookEvent,
    header,
    register_provider,
    webhook_keys,
)
from fraisier.model import standard_webhooks

_KINDS: Final = {"Push Hook": "push", "Tag Push Hook": "tag_push", "Merge Request Hook": "merge_request"}
_SYSTEM: Final = "System Hook"
_PUSHES: Final = ("push", "tag_push")
_URLS: Final = ("git_http_url", "git_ssh_url", "http_url", "ssh_url", "web_url")


class GitLab(GitProvider):
    """A delivery that carries a signature stands or falls with it, whatever token it carries beside it."""

    name: ClassVar[str] = "gitlab"

    def verify_webhook_signature(self, payload: bytes, headers: dict[str, str]) -> bool:
        signing, tokens = _sorted(webhook_keys(self.config))
        if signed := header(headers, "webhook-signature"):
            return standard_webhooks.verify(
                signing,
                identifier=header(headers, "webhook-id"),
                timestamp=header(headers, "webhook-timestamp"),
                body=payload,
                signatures=signed,
                now=time.time(),
            )
        return signature.same(tokens, header(headers, self.get_signature_header_name()))

    def parse_webhook_event(self, headers: dict[str, str], payload: dict[str, Any]) -> WebhookEvent:
        event_type = header(headers, self.get_event_header_name())
        if not event_type or not event_type.endswith(" Hook"):
            raise MalformedEvent("The header X-Gitlab-Event is missing or is no event's name.")
        kind = _kind(event_type, payload)
        project = change.mapping(payload.get("project"))
        name = project.get("path_with_namespace")
        if name is not None or kind in _PUSHES:
            change.repository(name, "project.path_with_namespace", nested=True)
        return WebhookEvent(
            provider=self.name,
            event_type=event_type,
            sender=change.sender(_user(payload), "user_username"),
            repository=name,
            raw_payload=payload,
            is_merge_request=kind == "merge_request",
            delivery_id=_delivery(headers),
            repository_urls=change.addresses(*(project.get(key) for key in _URLS)),
            **(_push(payload, kind) if kind in _PUSHES else {}),
        )

    def get_signature_header_name(self) -> str:
        return "X-Gitlab-Token"

    def get_event_header_name(self) -> str:
        return "X-Gitlab-Event"

    def get_clone_url(self, repository: str) -> str:
        base = str(self.config.get("base_url") or "https://gitlab.com").rstrip("/")
        return f"{base}/{repository}.git"


def _sorted(keys: tuple[bytes, ...]) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """Signing tokens, and tokens that are sent as they are: a signing token never is."""
    signing = tuple(key for key in keys if key.startswith(standard_webhooks.PREFIX))
    return signing, tuple(key for key in keys if key not in signing)


def _kind(event_type: str, payload: dict[str, Any]) -> str:
    """What the body says that it is. A system hook's header says nothing about it."""
    kind = payload.get("object_kind") or payload.get("event_name")
    claimed = _KINDS.get(event_type)
    contradicts = claimed != kind if claimed else event_type != _SYSTEM and kind in _KINDS.values()
    if not isinstance(kind, str) or contradicts:
        raise MalformedEvent("The body is not that of the event which X-Gitlab-Event claims.")
    return kind


def _user(payload: dict[str, Any]) -> object:
    return payload.get("user_username") or change.mapping(payload.get("user")).get("username")


def _delivery(headers: dict[str, str]) -> str | None:
    """What stays the same when GitLab tries again; the signed id where there is one."""
    signed = header(headers, "webhook-signature") and header(headers, "webhook-id")
    return signed or header(headers, "Idempotency-Key") or header(headers, "X-Gitlab-Event-UUID") or None


def _push(payload: dict[str, Any], kind: str) -> dict[str, Any]:
    moved = change.moved(payload.get("ref"), payload.get("before"), payload.get("after"))
    if moved["is_tag"] != (kind == "tag_push"):
        raise MalformedEvent("The body's ref is not of the kind that its event is about.")
    return moved


register_provider(GitLab)
