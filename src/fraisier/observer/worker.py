"""The observer: claims what lanes have to offer, rescues what died, and never blocks whoever runs beside it."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from fraisier.database import Database
from fraisier.engine.journal import in_thread
from fraisier.errors import FraiseQLError, LockError
from fraisier.model.report import Report, Silent
from fraisier.model.status import RequestStatus
from fraisier.observer.attempt import Attempt, claim_of
from fraisier.observer.desk import myself
from fraisier.observer.grounds import Grounds
from fraisier.observer.rescue import Rescue

if TYPE_CHECKING:
    from fraisier.config import FraisierConfig

log = logging.getLogger(__name__)


class Observer:
    """Runs at most `slots` deployments side by side, one per lane."""

    def __init__(self, config: FraisierConfig, database: Database, *, slots: int = 10) -> None:
        self._config = config
        self._grounds = Grounds(database)
        self._slots = slots
        self._running: set[asyncio.Task[None]] = set()
        self._woken = asyncio.Event()
        self._stopping = False

    def wake(self) -> None:
        """Look at the lanes now."""
        self._woken.set()

    def stop(self) -> None:
        """Claim nothing more; `run` returns when what runs has ended."""
        self._stopping = True
        self.wake()

    async def run(self) -> None:
        """Observe until stopped."""
        while not self._stopping:
            self._woken.clear()
            await self._fill_slots()
            try:
                async with asyncio.timeout(self._grounds.timing.poll):
                    await self._woken.wait()
            except TimeoutError:
                continue
        if self._running:
            await asyncio.wait(self._running)

    async def _fill_slots(self) -> None:
        while not self._stopping and len(self._running) < self._slots:
            work = await self._next()
            if work is None:
                return
            task = asyncio.create_task(work)
            self._running.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self.wake()

    async def _next(self) -> Any:
        """A coroutine that sees the next piece of work through; None when there is none."""
        database, me = self._grounds.database, myself(self._grounds)
        await in_thread(database.call, "fn_return_orphans")
        taken = await in_thread(database.call, "fn_take_over", lane=None, **me)
        if taken is not None:
            return self._logged(str(claim_of(taken).identity), Rescue(self._grounds, taken).run())
        claimed = await in_thread(database.call, "fn_claim_deployment", request=None, **me)
        return self._claimed(claimed) if claimed is not None else None

    async def _claimed(self, request: dict[str, Any]) -> None:
        claim = claim_of(request)
        identity = claim.identity
        try:
            environment = self._config.get_fraise_environment(identity.fraise, identity.environment)
        except FraiseQLError as error:
            await in_thread(
                self._grounds.database.call,
                "fn_finish_request",
                request=request["pk_deployment_request"],
                lane=claim.lane,
                token=claim.token,
                status=str(RequestStatus.FAILED),
                reason=error.message,
            )
            log.warning("%s: %s", identity, error.message)
            return
        await self._logged(str(identity), Attempt(self._grounds, environment, request, Silent()).run())

    async def _logged(self, lane: str, running: Any) -> None:
        try:
            report: Report = await running
        except LockError as error:
            log.warning("%s: %s", lane, error.message)
        except FraiseQLError as error:
            log.warning("%s: %s", lane, error.message)
        else:
            log.info("%s: %s %s", lane, report.deployment_id or report.new_shown, report.status)
