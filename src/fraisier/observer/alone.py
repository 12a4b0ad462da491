"""An observer that is the whole process."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress

from fraisier.observer.worker import Observer


async def observe(observer: Observer) -> None:
    """Observe until SIGTERM or SIGINT; a second signal ends at once, and whoever looks next takes over."""
    work = asyncio.create_task(observer.run(), name="observer")
    asked = asyncio.Event()

    def end() -> None:
        if asked.is_set():
            work.cancel()
        asked.set()
        observer.stop()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    with suppress(asyncio.CancelledError):
        await work
