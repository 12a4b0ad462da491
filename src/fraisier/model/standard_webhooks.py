"""Signatures of webhooks as Standard Webhooks 1.0 has them: over id, time and body. Pure.

See github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable
from typing import Final

PREFIX: Final = b"whsec_"
TOLERANCE: Final = 300.0
"""Seconds that the sender's clock may differ from ours."""
DIGITS: Final = 12


def signature(secret: bytes, identifier: str, timestamp: str, body: bytes) -> str:
    """`v1,…` for one `whsec_…` secret. Raises `ValueError` when the secret is not base64."""
    key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    if not key:
        raise ValueError("the secret is empty")
    signed = b".".join((identifier.encode(), timestamp.encode(), body))
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


def verify(
    secrets: Iterable[bytes], *, identifier: str, timestamp: str, body: bytes, signatures: str, now: float
) -> bool:
    """Whether one of the space-separated signatures is right, and the time within `TOLERANCE` of `now`."""
    decimal = timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= DIGITS
    if not identifier or not decimal or abs(now - int(timestamp)) > TOLERANCE:
        return False
    given = [one.encode("utf-8", "replace") for one in signatures.split(" ")]
    expected = [one.encode() for secret in secrets if (one := _made(secret, identifier, timestamp, body))]
    found = [hmac.compare_digest(one, other) for one in expected for other in given]
    return any(found)


def _made(secret: bytes, identifier: str, timestamp: str, body: bytes) -> str:
    """Empty for a secret that is none, or an id that nobody can have signed."""
    try:
        return signature(secret, identifier, timestamp, body)
    except ValueError:
        return ""
