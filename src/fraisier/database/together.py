"""Writes that come together share a commit: one wait for the disk for all of them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from fraisier.errors import DatabaseError

Row = dict[str, Any]
Waiting = tuple[Row, asyncio.Future[Row | None]]


class Together:
    """One at a time writes; whoever comes meanwhile waits for the next commit, which then is for all of them.

    `write` is called in a thread with at most `most` writes, and answers each; others want to write, too. When the
    last commit was for several, it waits `gather` seconds for those whom that has answered to send their next.
    """

    def __init__(
        self,
        write: Callable[[list[Row]], Sequence[Row | DatabaseError | None]],
        *,
        most: int = 256,
        gather: float = 0.0,
    ) -> None:
        self._write, self._most, self._gather = write, most, gather
        self._waiting: deque[Waiting] = deque()
        self._writing: asyncio.Task[None] | None = None

    async def store(self, parameters: Row) -> Row | None:
        """What `write` answers once it is on the disk. A cancelled caller still waits for that. Raises `DatabaseError`."""
        answer: asyncio.Future[Row | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((parameters, answer))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._work())
        try:
            return await asyncio.shield(answer)
        except asyncio.CancelledError:
            await asyncio.wait([answer])
            if not answer.cancelled():
                answer.exception()  # nobody is left to be told
            raise

    async def _work(self) -> None:
        batch: list[Waiting] = []
        try:
            while self._waiting:
                if len(batch) > 1 and self._gather:
                    await asyncio.sleep(self._gather)
                batch = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
                written = await self._written([parameters for parameters, _ in batch])
                for (_, answer), row in zip(batch, written, strict=True):
                    if isinstance(row, Exception):
                        answer.set_exception(row)
                    else:
                        answer.set_result(row)
        finally:  # the loop ends: nobody waits for ever
            for _, answer in (*batch, *self._waiting):
                answer.cancel()

    async def _written(self, batch: list[Row]) -> Sequence[Row | Exception | None]:
        try:
            return await asyncio.get_running_loop().run_in_executor(None, self._write, batch)
        except Exception as error:  # noqa: BLE001 - each of those who wait is told
            return [error] * len(batch)
