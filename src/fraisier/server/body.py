"""The body of a webhook: read under a cap and a deadline, then decoded."""

from __future__ import annotations

import asyncio
from typing import Any, Final, Self
from urllib.parse import parse_qs

import msgspec
from starlette.types import Receive

from fraisier.server.refusal import Refusal

CAP: Final = 5 * 1024 * 1024
"""Bytes."""
DRAINED: Final = 32 * 1024 * 1024
"""A sender reads our refusal only when it could send all of its body; GitHub's own cap is 25 MB."""
DEADLINE: Final = 10.0
"""Seconds for the whole body."""


ALL_TOGETHER: Final = 64 * 1024 * 1024
"""Bytes of all bodies that are kept at one time, signed or not."""


class Share:
    """What one delivery keeps of the memory that all of them have together."""

    held = 0

    def __init__(self) -> None:
        self._mine = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        Share.held -= self._mine

    def take(self, size: int) -> None:
        """Raises `Refusal` when all of it is taken."""
        if Share.held + size > ALL_TOGETHER:
            raise Refusal(503, "Too many large deliveries come at once.", retry_after=5)
        Share.held += size
        self._mine += size


async def read(receive: Receive, share: Share, *, is_whole: bool = False) -> bytes:
    """The raw bytes; more than `CAP` are never kept. Nobody waits for what `is_whole`. Raises `Refusal`."""
    if is_whole:
        return await _read(receive, share)
    try:
        async with asyncio.timeout(DEADLINE):
            return await _read(receive, share)
    except TimeoutError:
        raise Refusal(408, f"The body did not arrive within {DEADLINE:g} s.") from None


async def _read(receive: Receive, share: Share) -> bytes:
    body, size, more = bytearray(), 0, True
    while more and size <= DRAINED:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refusal(400, "The connection ended before the body did.")
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= CAP:
            share.take(len(chunk))
            body += chunk
        more = message.get("more_body", False)
    if size > CAP:
        raise Refusal(413, f"The body is larger than {CAP // 1024} KiB.")
    return bytes(body)


def decode(body: bytes, content_type: str) -> tuple[str, dict[str, Any]]:
    """The JSON text and the object in it. GitHub's form encoding (`payload=…`) is taken too. Raises `Refusal`."""
    text = _text(body, content_type.partition(";")[0].strip().lower())
    try:
        payload = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Refusal(400, f"The body is not JSON: {error}.") from None
    if not isinstance(payload, dict):
        raise Refusal(400, "The body is JSON, but not an object.")
    return text, payload


def _text(body: bytes, kind: str) -> str:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refusal(400, f"The body is not UTF-8: {error.reason} at byte {error.start}.") from None
    if kind == "application/json":
        return text
    if kind == "application/x-www-form-urlencoded":
        return _form(text)
    raise Refusal(
        415,
        "The body is neither JSON nor a form.",
        hint="Set the webhook's content type to application/json.",
    )


def _form(text: str) -> str:
    try:
        fields = parse_qs(text, strict_parsing=True, errors="strict", max_num_fields=10)
    except ValueError:
        raise Refusal(400, "The body is not a form.") from None
    if len(fields.get("payload", ())) != 1:
        raise Refusal(400, "The form has no field `payload`.")
    return fields["payload"][0]
