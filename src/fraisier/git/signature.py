"""HMAC signatures over raw bytes (RFC 2104), compared in constant time. Pure."""

from __future__ import annotations

import hmac
from collections.abc import Iterable


def matches(
    keys: Iterable[bytes], payload: bytes, given: str, *, prefix: str = "", algorithm: str = "sha256"
) -> bool:
    """Whether `given` is exactly `prefix` and the hex digest that one of the keys makes of the payload.

    Every key is tried, so that time tells nobody which one it was.
    """
    written = given.encode("utf-8", "replace")
    expected = [f"{prefix}{hmac.digest(key, payload, algorithm).hex()}".encode() for key in keys]
    found = [hmac.compare_digest(one, written) for one in expected]
    return any(found)


def same(keys: Iterable[bytes], given: str) -> bool:
    """Whether `given` is one of the keys itself: what a forge sends that signs nothing."""
    written = given.encode("utf-8", "replace")
    found = [hmac.compare_digest(key, written) for key in keys]
    return any(found)
