"""Old rows leave the database once a day, for as long as something observes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from contextlib import suppress
from pathlib import Path
from typing import Final

from fraisier.database import Database
from fraisier.database.archive import cutoff, new_archive, prune
from fraisier.engine.journal import in_thread
from fraisier.errors import DatabaseError

log = logging.getLogger(__name__)

DAY: Final = 86400.0  # seconds


async def beside(running: Awaitable[None], database: Database, older_than: float | None) -> None:
    """See `running` through; meanwhile export and delete what is older than so many seconds. None: delete nothing."""
    keeping = asyncio.create_task(_keep(database, older_than)) if older_than is not None else None
    try:
        await running
    finally:
        if keeping is not None:
            keeping.cancel()
            with suppress(asyncio.CancelledError):
                await keeping


async def _keep(database: Database, older_than: float) -> None:
    while True:
        try:
            await in_thread(_prune, database, older_than)
        except DatabaseError as error:
            log.warning("Old rows stay for now: %s", error.message)
        await asyncio.sleep(DAY)


def _prune(database: Database, older_than: float) -> None:
    if not database.exists:
        return
    archive: Path = new_archive(database)
    pruned = prune(database, cutoff(older_than), archive, "fraisier")
    if pruned.archive:
        log.info("%d deployments and %d webhooks went into %s", pruned.deployments, pruned.webhooks, archive)
