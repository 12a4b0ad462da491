"""Writes what arrives, as many deliveries in one commit as have come while the last one was written."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any, Final

from fraisier.database import Database
from fraisier.errors import DatabaseError

MOST: Final = 256
"""Deliveries of one commit: others want to write too."""
GATHER: Final = 0.001
"""Seconds before a commit when the last one was for several: those whom it has answered send their next."""

Row = dict[str, Any]
Waiting = tuple[dict[str, Any], asyncio.Future[Row]]


class Writer:
    """One at a time writes; whoever comes meanwhile waits for the next commit, which then is for all of them.

    `store` returns only when the row is on the disk.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[Waiting] = deque()
        self._writing: asyncio.Task[None] | None = None

    async def store(self, columns: dict[str, Any]) -> Row:
        """Keep a delivery; the row of fn_process_webhook. Raises `DatabaseError`."""
        answer: asyncio.Future[Row] = asyncio.get_running_loop().create_future()
        self._waiting.append((columns, answer))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        return await answer

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        batch: list[Waiting] = []
        while self._waiting:
            if len(batch) > 1:
                await asyncio.sleep(GATHER)
            batch = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
            columns = [columns for columns, _ in batch]
            found: list[Row | DatabaseError | None]
            try:
                found = await loop.run_in_executor(None, self._database.store_webhooks, columns)
            except DatabaseError as error:
                found = [error] * len(batch)
            for (_, answer), row in zip(batch, found, strict=True):
                _tell(answer, row)


def _tell(answer: asyncio.Future[Row], row: Row | DatabaseError | None) -> None:
    if answer.done():  # whoever waited was cancelled
        return
    if isinstance(row, dict):
        answer.set_result(row)
    else:
        answer.set_exception(
            row or DatabaseError("The delivery was not stored.", hint="This is a bug; report it.")
        )
