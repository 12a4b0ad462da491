"""What went wrong on the way to an address: one cause, one sentence. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fraisier.model.host import Reply

_SENTENCES: Final = {
    "late": "no answer within {within:g} s",
    "refused": "connection refused: nothing listens on {place}",
    "closed": "the connection was closed without an answer",
    "broken": "the connection was broken before an answer came",
    "not http": "the answer is not HTTP",
    "no name": "the name in {place} cannot be resolved",
    "no address": "the address is not one that can be asked",
    "not trusted": "the certificate is not trusted: {detail}",
    "tls": "TLS failed: {detail}",
    "other": "{place} cannot be reached: {detail}",
}


def sentence(reply: Reply, place: Callable[[], str], within: float) -> str:
    """`place` is asked for only where it is said: not every address has one."""
    text = _SENTENCES[reply.trouble]
    return text.format(place=place() if "{place}" in text else "", detail=reply.detail, within=within)
