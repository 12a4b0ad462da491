"""Whether a NATS server answers, for whoever asks how the installation is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlsplit

from fraisier.errors import FraiseQLError
from fraisier.events.nats.access import Access
from fraisier.events.nats.store import USUAL_PORT

GREETING = b"INFO "


async def reachable(locate: Callable[[], Access]) -> bool:
    """Whether one of the servers greets as NATS does. See docs.nats.io, "Client Protocol"."""
    try:
        servers = locate().servers
    except FraiseQLError:
        return False
    return any(await asyncio.gather(*map(_greets, servers)))


async def _greets(server: str) -> bool:
    where = urlsplit(server if "://" in server else f"nats://{server}")
    with suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
        async with asyncio.timeout(2):
            reader, writer = await asyncio.open_connection(where.hostname, where.port or USUAL_PORT)
            try:
                return await reader.readexactly(len(GREETING)) == GREETING
            finally:
                writer.close()
    return False
