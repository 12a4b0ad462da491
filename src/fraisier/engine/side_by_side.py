"""Several things at the same time, as one: all of them end, whichever fails."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

from fraisier.errors import DatabaseError, LockError


async def side_by_side(all_of: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Run them together; the first failure ends the others and is raised once they have ended.

    A lane that was lost, and a journal that cannot be written, count more than what failed first.
    """
    if len(all_of) <= 1:
        for one in all_of:
            await one
        return
    try:
        async with asyncio.TaskGroup() as group:
            for one in all_of:
                group.create_task(one)
    except BaseExceptionGroup as failed:
        graver, _ = failed.split((LockError, DatabaseError))
        raise (graver or failed).exceptions[0] from None
