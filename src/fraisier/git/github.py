"""GitHub and GitHub Enterprise. See docs.github.com, "Validating webhook deliveries" and "push"."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from fraisier.git import shape, signature
from fraisier.git.forge import (
    GitProvider,
    MalformedEvent,
    WebhookEvent,
    header,
    register_provider,
    webhook_keys,
)

_PING_KEYS: Final = frozenset({"zen", "hook_id"})


class GitHub(GitProvider):
    """Only `X-Hub-Signature-256` counts; the SHA-1 header beside it is ignored, good or bad."""

    name: ClassVar[str] = "github"

    def verify_webhook_signature(self, payload: bytes, headers: dict[str, str]) -> bool:
        given = header(headers, self.get_signature_header_name())
        return signature.matches(webhook_keys(self.config), payload, given, prefix="sha256=")

    def parse_webhook_event(self, headers: dict[str, str], payload: dict[str, Any]) -> WebhookEvent:
        event_type = shape.claimed(headers, self.get_event_header_name())
        if event_type == "ping" and not payload.keys() & _PING_KEYS:
            raise MalformedEvent("The body is not that of a ping.")
        return WebhookEvent(
            provider=self.name,
            is_ping=event_type == "ping",
            delivery_id=header(headers, "X-GitHub-Delivery") or None,
            **shape.about(event_type, payload),
        )

    def get_event_header_name(self) -> str:
        return "X-GitHub-Event"

    def get_clone_url(self, repository: str) -> str:
        base = str(self.config.get("base_url") or "https://github.com").rstrip("/")
        return f"{base}/{repository}.git"


register_provider(GitHub)
