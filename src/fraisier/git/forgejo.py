"""Forgejo, and Codeberg, which runs it. See forgejo.org/docs, "Webhooks"."""

from __future__ import annotations

from typing import Any, ClassVar

from fraisier.git import shape, signature
from fraisier.git.forge import GitProvider, WebhookEvent, header, register_provider, webhook_keys


class Forgejo(GitProvider):
    """Only `X-Forgejo-Signature` counts; Gitea's and GitHub's headers, which Forgejo sends too, are ignored."""

    name: ClassVar[str] = "forgejo"

    def verify_webhook_signature(self, payload: bytes, headers: dict[str, str]) -> bool:
        given = header(headers, self.get_signature_header_name())
        return signature.matches(webhook_keys(self.config), payload, given)

    def parse_webhook_event(self, headers: dict[str, str], payload: dict[str, Any]) -> WebhookEvent:
        event_type = shape.claimed(headers, self.get_event_header_name())
        delivery = header(headers, "X-Forgejo-Delivery") or None
        return WebhookEvent(provider=self.name, delivery_id=delivery, **shape.about(event_type, payload))

    def get_signature_header_name(self) -> str:
        return "X-Forgejo-Signature"

    def get_event_header_name(self) -> str:
        return "X-Forgejo-Event"


register_provider(Forgejo)
