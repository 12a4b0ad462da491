"""Ties a piece of work to its lane: when the lane is gone, the work ends at once and says why."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from fraisier.database import Database
from fraisier.engine.journal import Claim
from fraisier.errors import LeaseLost

T = TypeVar("T")


class Tether:
    """One task, and the lane that it works on."""

    def __init__(self, database: Database, claim: Claim) -> None:
        self._database = database
        self._claim = claim
        self._task: asyncio.Task[Any] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lost = False

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """What `work` returns. Raises `LeaseLost` when it was ended because the lane is not ours any more."""
        self._loop = asyncio.get_running_loop()
        self._task = task = asyncio.create_task(work)
        try:
            return await task
        except asyncio.CancelledError:
            if not self._lost:
                raise
            identity = self._claim.identity
            raise LeaseLost(
                f"The lane of {identity} was taken by somebody else; nothing more was changed here.",
                hint=f"fraisier status {identity.fraise} {identity.environment}",
            ) from None

    def cancel(self) -> None:
        """End the task; `run` raises `CancelledError`."""
        if self._task is not None:
            self._task.cancel()

    def lost(self) -> None:
        """The lane has gone to somebody else. May be called from any thread while the task runs."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._leave)

    def drop(self) -> None:
        """Let go of the lane at once: whoever looks next takes it over."""
        try:
            self._database.call("fn_drop_lease", lane=self._claim.lane, token=self._claim.token)
        finally:
            self._leave()

    def _leave(self) -> None:
        self._lost = True
        self.cancel()
