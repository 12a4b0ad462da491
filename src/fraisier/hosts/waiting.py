"""Waiting for the world: look, pause a little, look again, never longer than agreed."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

T = TypeVar("T")

FIRST_PAUSE: Final = 0.005
LONGEST_PAUSE: Final = 0.2


async def until(look: Callable[[], Awaitable[T]], good: Callable[[T], bool], *, within: float) -> T:
    """Look until what is seen is `good`, for at most `within` seconds; the last sight, good or not."""
    import asyncio  # noqa: PLC0415 - `fraisier list` loads this module and never waits

    end, pause = time.monotonic() + within, FIRST_PAUSE
    while not good(seen := await look()) and time.monotonic() < end:
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE)
    return seen
