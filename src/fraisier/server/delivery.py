"""A delivery: what arrived, who vouches for it, and what it says. Nothing unsigned gets beyond `authentic`."""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import Final

import msgspec

from fraisier.errors import FraiseQLError
from fraisier.git.forge import GitProvider, MalformedEvent, WebhookEvent, header
from fraisier.git.names import SHORT_HASH, is_name
from fraisier.server import body as body_of
from fraisier.server.refusal import Refusal

LONGEST: Final = 1100
"""Characters of one column: a ref of 1024, and some."""
_UNFIT: Final = (LookupError, TypeError, ValueError, AttributeError)
"""What a forge's code raises when a payload is not what it expects."""


class Delivery(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """Raw bytes and headers, from whom, and under which request id."""

    forge: GitProvider
    body: bytes
    headers: dict[str, str]
    source_ip: str | None
    request_id: str

    @property
    def claimed_event(self) -> str:
        """The event's name as the header has it; `unknown` where that is no name."""
        claimed = header(self.headers, self.forge.get_event_header_name())
        return claimed if claimed.isprintable() and 0 < len(claimed) <= LONGEST else "unknown"

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


def authentic(delivery: Delivery) -> tuple[str, WebhookEvent]:
    """The payload's text and what it says. Raises `Refusal`: 401 unless well signed, 400 or 415 unless well formed."""
    if not _signed(delivery):
        raise Refusal(
            401,
            "The signature is missing or wrong.",
            hint=f"The secret of the webhook must be that of git.{delivery.forge.name}.webhook_secret.",
        )
    text, payload = body_of.decode(delivery.body, header(delivery.headers, "content-type"))
    try:
        event = delivery.forge.parse_webhook_event(delivery.headers, payload)
    except MalformedEvent as error:
        raise Refusal(400, error.message, hint=error.hint) from error
    except _UNFIT as error:
        raise Refusal(400, f"{delivery.forge.name} cannot read the body: {type(error).__name__}.") from error
    _require_sound(event)
    return text, event


def _signed(delivery: Delivery) -> bool:
    try:
        return delivery.forge.verify_webhook_signature(delivery.body, delivery.headers) is True
    except (*_UNFIT, FraiseQLError):
        return False


def _require_sound(event: WebhookEvent) -> None:
    """What goes into rows, logs and argument lists is checked here too, whatever the forge's code let pass."""
    names = ("event_type", "sender", "repository", "delivery_id", "ref", "branch", "commit_sha", "before_sha")
    for name in names:
        if not _is_plain(getattr(event, name)):
            raise Refusal(400, f"The delivery's {name} is not plain text.")
    if event.branch is not None and not is_name(event.branch):
        raise Refusal(400, "The branch is not a name that Git accepts.")
    if event.commit_sha is not None and not SHORT_HASH.fullmatch(event.commit_sha):
        raise Refusal(400, "The commit is not a hash.")


def _is_plain(value: object) -> bool:
    return value is None or (isinstance(value, str) and value.isprintable() and len(value) <= LONGEST)
