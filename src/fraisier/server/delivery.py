"""A delivery: what arrived, from where, and what it says. Nothing unsigned gets beyond `authentic`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final

import msgspec

from fraisier.git.forge import GitProvider, MalformedEvent, WebhookEvent, header
from fraisier.git.names import SHORT_HASH, is_name
from fraisier.server import body as body_of
from fraisier.server import source
from fraisier.server.decision import Scope
from fraisier.server.keyring import UNFIT, Keyring
from fraisier.server.refusal import Refusal

LONGEST: Final = 1100
"""Characters of one column: a ref of 1024, and some."""
_TEXTS: Final = (
    "event_type",
    "sender",
    "repository",
    "delivery_id",
    "ref",
    "branch",
    "commit_sha",
    "before_sha",
)


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
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

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What an authentic delivery says: the payload's text, its events, and what its secret may deploy."""

    text: str
    events: tuple[WebhookEvent, ...]
    scope: Scope


def authentic(delivery: Delivery, keyring: Keyring) -> Message:
    """What it says. Raises `Refusal`: 403 from elsewhere, 401 unless well signed, 400 or 415 unless well formed."""
    source.require(delivery.source_ip, delivery.forge.config)
    scope = keyring.scope(delivery.forge, delivery.body, delivery.headers)
    text, payload = body_of.decode(delivery.body, header(delivery.headers, "content-type"))
    try:
        event = delivery.forge.parse_webhook_event(delivery.headers, payload)
    except MalformedEvent as error:
        raise Refusal(400, error.message, hint=error.hint) from error
    except UNFIT as error:
        raise Refusal(400, f"{delivery.forge.name} cannot read the body: {type(error).__name__}.") from error
    events = (event, *event.also)
    if problem := next((problem for one in events for problem in _problems(one)), None):
        raise Refusal(400, problem)
    return Message(text=text, events=events, scope=scope)


def _problems(event: WebhookEvent) -> Iterator[str]:
    """What goes into rows, logs and argument lists is checked here too, whatever the forge's code let pass."""
    for name in _TEXTS:
        if not _is_plain(getattr(event, name)):
            yield f"The delivery's {name} is not plain text."
    if event.branch is not None and not is_name(str(event.branch)):
        yield "The branch is not a name that Git accepts."
    if event.commit_sha is not None and not SHORT_HASH.fullmatch(str(event.commit_sha)):
        yield "The commit is not a hash."


def _is_plain(value: object) -> bool:
    return value is None or (isinstance(value, str) and value.isprintable() and len(value) <= LONGEST)
