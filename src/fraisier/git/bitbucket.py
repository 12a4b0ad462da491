"""Bitbucket Cloud, and Bitbucket Server or Data Center where `server: true` is configured.

See support.atlassian.com, "Event payloads", and confluence.atlassian.com/bitbucketserver, "Event payload".
"""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final

import msgspec

from fraisier.errors import ConfigurationError
from fraisier.git import bitbucket_cloud, bitbucket_server, signature
from fraisier.git.forge import (
    GitProvider,
    MalformedEvent,
    WebhookEvent,
    header,
    register_provider,
    webhook_keys,
)

_EVENT: Final = re.compile(r"[a-z_]{1,32}:[a-z_:-]{1,64}")


class Bitbucket(GitProvider):
    """Bitbucket puts SHA-256 into the header that GitHub has for SHA-1; SHA-1 itself counts with `allow_sha1` only."""

    name: ClassVar[str] = "bitbucket"

    def verify_webhook_signature(self, payload: bytes, headers: dict[str, str]) -> bool:
        given = header(headers, self.get_signature_header_name())
        keys = webhook_keys(self.config)
        if given.startswith("sha1=") and self.config.get("allow_sha1") is True:
            return signature.matches(keys, payload, given, prefix="sha1=", algorithm="sha1")
        return signature.matches(keys, payload, given, prefix="sha256=")

    def parse_webhook_event(self, headers: dict[str, str], payload: dict[str, Any]) -> WebhookEvent:
        event_type = header(headers, self.get_event_header_name())
        if not _EVENT.fullmatch(event_type):
            raise MalformedEvent("The header X-Event-Key is missing or is no event's name.")
        kind, other = self._kinds()
        if event_type in other.EVENTS:
            raise MalformedEvent(
                f"{event_type} is an event of {other.CALLED}, and git.bitbucket.server says otherwise.",
                hint=f"Set git.bitbucket.server to {str(not self.config.get('server')).lower()}.",
            )
        if (event_type == kind.PUSH) != kind.is_push(payload):
            raise MalformedEvent("The body is not that of the event which X-Event-Key claims.")
        events = kind.events(event_type, payload)
        delivery = header(headers, kind.DELIVERY) or None
        about = {"event_type": event_type, "delivery_id": delivery, "raw_payload": payload}
        first, *others = [WebhookEvent(provider=self.name, **{**about, **one}) for one in events]
        return msgspec.structs.replace(first, also=tuple(others))

    def _kinds(self) -> tuple[Any, Any]:
        """The kind that is configured, and the other one."""
        kinds = (bitbucket_cloud, bitbucket_server)
        return (kinds[1], kinds[0]) if self.config.get("server") is True else kinds

    def get_signature_header_name(self) -> str:
        return "X-Hub-Signature"

    def get_event_header_name(self) -> str:
        return "X-Event-Key"

    def get_clone_url(self, repository: str) -> str:
        base = str(self.config.get("base_url") or "").rstrip("/")
        if self.config.get("server") is not True:
            return f"{base or 'https://bitbucket.org'}/{repository}.git"
        if not base:
            raise ConfigurationError(
                "Where Bitbucket Server lives is not known.", hint="Set git.bitbucket.base_url."
            )
        return f"{base}/scm/{repository}.git"


register_provider(Bitbucket)
