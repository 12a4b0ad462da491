"""Deliveries that somebody else would like us to believe: real ones, with something changed that is vouched for."""

from __future__ import annotations

import hashlib
import hmac
import random
from collections.abc import Callable, Iterator

from tests.support.forges import SENDERS, Sender, encoded

Headers = dict[str, str]
A, B = "a" * 40, "b" * 40
OTHER = "0123456789abcdefABCDEF=, \t"


def forgeries(seed: str, secret: str) -> Iterator[tuple[str, Headers, bytes]]:
    """Path, headers and body of one after the other, without end. None of them was ever sent by a forge."""
    dice = random.Random(seed)
    honest = [(sender, *_honest(sender, secret)) for sender in SENDERS]
    while True:
        sender, headers, body = dice.choice(honest)
        change = dice.choice(_SIGNED if sender.name != "gitlab" else _TOKENS)
        changed, payload = change(dice, sender, dict(headers), body)
        if (changed, payload) != (headers, body):
            path = dice.choice(
                ["/webhook", f"/webhooks/{sender.provider}", f"/webhook?provider={sender.provider}"]
            )
            yield path, changed, payload


def _honest(sender: Sender, secret: str) -> tuple[Headers, bytes]:
    body = encoded(sender.push("refs/heads/main", A, B))
    return sender.headers(body, secret=secret, delivery="d"), body


def _flip(dice: random.Random, _: Sender, headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    """One bit of the body."""
    at = dice.randrange(len(body))
    return headers, body[:at] + bytes([body[at] ^ (1 << dice.randrange(8))]) + body[at + 1 :]


def _cut(dice: random.Random, _: Sender, headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    return headers, body[: dice.randrange(len(body))]


def _more(dice: random.Random, _: Sender, headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    return headers, body + dice.randbytes(dice.randint(1, 50))


def _noise(dice: random.Random, _: Sender, headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    return headers, dice.randbytes(dice.randint(0, 500))


def _signature(dice: random.Random, sender: Sender, headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    """One character of it, a part of it, none of it, more of it."""
    good = headers[sender.signature]
    at = dice.randrange(len(good))
    bad = dice.choice([good[:at], good[:at] + dice.choice(OTHER) + good[at + 1 :], "", good * 2, good[at:]])
    return headers | {sender.signature: bad.strip()}, body


def _without(_: random.Random, sender: Sender, headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    del headers[sender.signature]
    return headers, body


def _elsewhere(dice: random.Random, sender: Sender, headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    """The right signature in the header of another forge."""
    good = headers.pop(sender.signature)
    names = sorted({other.signature for other in SENDERS} - {sender.signature})
    return headers | {dice.choice(names): good}, body


def _guessed(dice: random.Random, sender: Sender, headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    """A signature that anybody can make: with no secret, or a guessed one, or a weaker digest."""
    key = dice.choice([b"", b"secret", b"${FRAISIER_WEBHOOK_SECRET}", b"None"])
    digest = dice.choice(["sha256", "sha1", "sha512", "md5"])
    made = hmac.new(key, body, getattr(hashlib, digest)).hexdigest()
    return headers | {sender.signature: dice.choice([made, f"{digest}={made}", f"sha256={made}"])}, body


Change = Callable[[random.Random, Sender, Headers, bytes], tuple[Headers, bytes]]
_TOKENS: list[Change] = [_signature, _without, _elsewhere, _guessed]
_SIGNED: list[Change] = [*_TOKENS, _flip, _cut, _more, _noise]
