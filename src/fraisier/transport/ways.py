"""What the connections of one process share: few starts at once for each endpoint, one connection to each jump host.

sshd drops connections that have not logged in when there are too many of them: `MaxStartups` in sshd_config(5),
10:30:100 unless somebody changed it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

STARTS: Final = 8

Endpoint = tuple[str, int]


class Jump:
    """One connection to a jump host, and how many stand on it. It is opened by the first and closed by the last."""

    def __init__(self, opened: asyncio.Task[Any]) -> None:
        self.opened = opened
        self.users = 0


class Ways:
    """Semaphores belong to the event loop that waits for them, and a process may run several, one after the other."""

    def __init__(self) -> None:
        self._starts: dict[tuple[asyncio.AbstractEventLoop, Endpoint], asyncio.Semaphore] = {}
        self._jumps: dict[str, Jump] = {}

    @asynccontextmanager
    async def start(self, endpoint: Endpoint) -> AsyncIterator[None]:
        """The time from the first byte to the login, of which at most `STARTS` run at once for one endpoint."""
        here = asyncio.get_running_loop(), endpoint
        async with self._starts.setdefault(here, asyncio.Semaphore(STARTS)):
            yield

    async def over(self, jump: str, connect: Callable[[], Awaitable[Any]]) -> Any:
        """The connection to a jump host, for whoever calls `leave` in the end. Raises what `connect` raises."""
        there = self._jumps.get(jump)
        if there is None or _lost(there.opened):
            there = self._jumps[jump] = Jump(asyncio.ensure_future(connect()))
        there.users += 1
        try:
            return await asyncio.shield(there.opened)
        except BaseException:
            await self.leave(jump)
            raise

    async def leave(self, jump: str) -> None:
        """The last one closes it."""
        there = self._jumps.get(jump)
        if there is None:
            return
        there.users -= 1
        if there.users > 0:
            return
        del self._jumps[jump]
        if _stands(there.opened):
            there.opened.result().close()
            await there.opened.result().wait_closed()
        elif not there.opened.done():
            there.opened.cancel()
            await asyncio.wait([there.opened])


def _stands(opened: asyncio.Task[Any]) -> bool:
    return opened.done() and not opened.cancelled() and opened.exception() is None


def _lost(opened: asyncio.Task[Any]) -> bool:
    return opened.done() and (not _stands(opened) or opened.result().is_closed())
