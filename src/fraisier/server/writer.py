"""Writes what arrives, as many deliveries in one commit as have come while the last one was written."""

from __future__ import annotations

from typing import Any, Final

from fraisier.database import Database
from fraisier.database.together import Row, Together
from fraisier.errors import DatabaseError

GATHER: Final = 0.001
"""Seconds before a commit when the last one was for several: those whom it has answered send their next."""


class Writer:
    """`store` returns only when the row is on the disk."""

    def __init__(self, database: Database) -> None:
        self._together = Together(database.store_webhooks, gather=GATHER)

    async def store(self, columns: dict[str, Any]) -> Row:
        """Keep a delivery; the row of fn_process_webhook. Raises `DatabaseError`."""
        row = await self._together.store(columns)
        if row is None:
            raise DatabaseError("The delivery was not stored.", hint="This is a bug; report it.")
        return row
