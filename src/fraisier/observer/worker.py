"""The observer: claims what lanes have to offer, rescues what died, and never blocks whoever runs beside it."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from fraisier.database import Database
from fraisier.engine.journal import in_thread
from fraisier.errors import DatabaseError, FraiseQLError
from fraisier.model.report import Silent
from fraisier.observer import unbegun
from fraisier.observer.attempt import Attempt, claim_of
from fraisier.observer.grounds import Grounds
from fraisier.observer.machine import machine_id, myself, observer_name
from fraisier.observer.probing import probe_for_ever
from fraisier.observer.recorded import Recorded
from fraisier.observer.rescue import Rescue
from fraisier.observer.restore import restore_hosts

if TYPE_CHECKING:
    from fraisier.config import FraisierConfig

log = logging.getLogger(__name__)
REST: Final = 0.05
"""Seconds from one look at the lanes to the next: in a storm of pushes whoever stores them wants to write too."""


class Observer:
    """Runs at most `slots` deployments side by side, one per lane."""

    def __init__(self, config: FraisierConfig, database: Database, *, slots: int = 10) -> None:
        self._config = config
        self._grounds = Grounds(database, config.path)
        self._slots = slots
        self._running: dict[asyncio.Task[None], Attempt | Rescue] = {}
        self._woken = asyncio.Event()
        self._stopping = False

    def wake(self) -> None:
        """Look at the lanes now."""
        self._woken.set()

    def configure(self, config: FraisierConfig) -> None:
        """What is claimed from now on is run as this configuration says; what runs keeps its own."""
        self._config = config

    def stop(self) -> None:
        """Claim nothing more and park what runs: each finishes its step, the next owner goes on from there."""
        self._stopping = True
        for work in self._running.values():
            work.park()
        self.wake()

    async def run(self) -> None:
        """Observe until stopped; returns when everything is parked or ended. Cancelled, it lets go of it at once."""
        gc.freeze()
        gc.set_threshold(10_000)  # whoever stays has garbage to look for, but not in what was imported
        try:
            await self._observe()
            await self._see_ended()
        except asyncio.CancelledError:
            for work in self._running.values():
                with suppress(DatabaseError):
                    work.drop()
            await self._see_ended()
            raise

    async def _see_ended(self) -> None:
        if self._running:
            await asyncio.wait(self._running)

    async def _observe(self) -> None:
        beside = [
            asyncio.create_task(self._say_alive()),
            asyncio.create_task(probe_for_ever(self._grounds, lambda: self._config)),
            asyncio.create_task(self._restore_hosts()),
        ]
        try:
            while not self._stopping:
                self._woken.clear()
                rested = asyncio.create_task(asyncio.sleep(REST))
                with _surviving():
                    await self._fill_slots()
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._grounds.timing.poll):
                        await self._woken.wait()
                await rested
        finally:
            for task in beside:
                task.cancel()
            with suppress(FraiseQLError):
                await in_thread(self._grounds.database.call, "fn_stop_observing", identifier=observer_name())

    async def _say_alive(self) -> None:
        """Who queues a request wants to know that somebody will run it."""
        me = {
            "identifier": observer_name(),
            "machine": machine_id(),
            "host": platform.node(),
            "pid": os.getpid(),
        }
        while True:
            try:
                await in_thread(self._grounds.database.call, "fn_observe", **me)
            except FraiseQLError as error:
                log.warning("the observer did not say that it lives: %s", error.message)
            await asyncio.sleep(self._grounds.timing.heartbeat)

    async def _restore_hosts(self) -> None:
        """Hosts that did not answer when they were to go back."""
        pause = self._grounds.timing.heartbeat
        while True:
            await asyncio.sleep(pause)
            with _surviving():
                await restore_hosts(self._grounds, pause)

    async def _fill_slots(self) -> None:
        while not self._stopping and len(self._running) < self._slots:
            work = await self._next()
            if work is None:
                return
            self._begin(work)

    def _begin(self, work: Attempt | Rescue) -> None:
        task = asyncio.create_task(_logged(work))
        self._running[task] = work
        task.add_done_callback(self._ended)
        if self._stopping:  # it was claimed just as we were stopped
            work.park()

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        self.wake()

    async def _next(self) -> Attempt | Rescue | None:
        """The next piece of work: what died first, then what waits."""
        taken, claimed = await in_thread(self._look)
        if taken is not None:
            return Rescue(self._grounds, taken)
        while claimed is not None:
            try:
                environment = self._config.get_fraise_environment(claimed["fraise"], claimed["environment"])
            except FraiseQLError as error:
                await self._refuse(claimed, error)
                claimed = await in_thread(self._claim)
            else:
                return Attempt(self._grounds, environment, claimed, Recorded(Silent()))
        return None

    def _look(self) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
        """What died and is now ours, or else what waited and is."""
        call = self._grounds.database.call
        call("fn_return_orphans")
        call("fn_refuse_beside_jobs")
        taken = call("fn_take_over", lane=None, **myself(self._grounds.timing))
        return taken, self._claim() if taken is None else None

    def _claim(self) -> dict[str, Any] | None:
        me = myself(self._grounds.timing)
        return self._grounds.database.call("fn_claim_deployment", request=None, **me)

    async def _refuse(self, request: dict[str, Any], error: FraiseQLError) -> None:
        """The configuration has changed since somebody asked for this."""
        claim = claim_of(request)
        log.warning("%s: %s", claim.identity, error.message)
        pause = self._grounds.timing.retry
        await unbegun.failed(self._grounds.database, claim, request, error.message, pause)


@contextmanager
def _surviving() -> Iterator[None]:
    """A database that does not answer now is asked again later."""
    try:
        yield
    except DatabaseError as error:
        log.warning("the queue was not read: %s", error.message)


async def _logged(work: Attempt | Rescue) -> None:
    """See one piece of work through; however it ends, the observer goes on."""
    try:
        report = await work.run()
    except FraiseQLError as error:
        log.warning("%s", error.message)
    except Exception:  # our own bug: the lease runs out and the deployment is recovered
        log.exception("an attempt ended without an outcome")
    else:
        version = report.deployment_id or report.new_shown
        log.info("%s/%s: %s %s", report.fraise, report.environment, version, report.status)
