"""The database is synchronous and short; whatever waits for other things calls it through a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


async def in_thread(call: Callable[..., T], *arguments: Any, **parameters: Any) -> T:
    """Run a short database call beside the event loop. A cancelled caller still waits for its end:

    a write that may or may not happen later would make the journal tell two stories.
    """
    running = asyncio.create_task(asyncio.to_thread(call, *arguments, **parameters))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise
