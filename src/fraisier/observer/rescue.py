"""Takes over deployments whose owner died, and ends them."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

import msgspec

from fraisier.config.environment import Environment
from fraisier.engine import outcome as outcomes
from fraisier.engine.journal import Journal, in_thread
from fraisier.engine.outcome import Outcome, WayBack
from fraisier.engine.recovery import Resume, decide
from fraisier.engine.runner import Runner
from fraisier.engine.site import StepSite
from fraisier.errors import Cancelled, DeploymentError, FraiseQLError
from fraisier.hosts.fenced import FencedHost
from fraisier.model.host import Fence
from fraisier.model.plan import Plan
from fraisier.model.report import Progress, Report, Silent
from fraisier.model.status import StepStatus
from fraisier.model.step import Seen, Step, params_of, registered
from fraisier.observer import record
from fraisier.observer.attempt import claim_of, complete, run_or_park
from fraisier.observer.grounds import Grounds
from fraisier.observer.lease import Lease, cancellation
from fraisier.providers.provider import provider_of

log = logging.getLogger(__name__)


class Rescue:
    """Ends one deployment that was taken over, in the direction it had."""

    def __init__(self, grounds: Grounds, taken: dict[str, Any], progress: Progress | None = None) -> None:
        self._grounds = grounds
        self._taken = taken
        self._claim = claim_of(taken)
        self._progress = progress or Silent()
        self._runner: Runner | None = None
        self._cancelled = cancellation(taken)
        self._plan = msgspec.json.decode(taken["plan"], type=Plan)
        self._environment = msgspec.json.decode(taken["config_snapshot"], type=Environment)
        provider_of(self._environment)  # the code of the steps is registered with it
        self._journal = Journal(grounds.database, self._claim, taken["pk_deployment"], taken["identifier"])

    async def run(self) -> Report:
        """The report of the deployment. Raises `LeaseLost` when somebody else took it over in turn."""
        log.warning("%s: taking over %s", self._claim.identity, self._taken["identifier"])
        began = time.monotonic()
        fence = Fence(
            installation_id=self._grounds.installation_id,
            lane=self._claim.identity.slug,
            token=self._claim.token,
            folder=self._plan.fence_folder,
        )
        me, loop = asyncio.current_task(), asyncio.get_running_loop()

        def lost() -> None:
            if me is not None:
                loop.call_soon_threadsafe(me.cancel)

        def cancelled(cause: Cancelled) -> None:
            loop.call_soon_threadsafe(self.stop, cause)

        with Lease(self._grounds.database, self._claim, self._grounds.timing, lost, cancelled) as lease:
            async with self._grounds.host(fence) as host:
                await host.raise_fence()
                return await self._end(host, lease, began)

    async def _end(self, host: FencedHost, lease: Lease, began: float) -> Report:
        rows = await in_thread(self._grounds.database.rows, "steps", deployment=self._taken["pk_deployment"])
        self._runner = runner = Runner(
            plan=self._plan,
            journal=self._journal,
            host=host,
            resolve=self._grounds.resolve,
            leash=lease,
            progress=self._progress,
        )

        async def look(ordinal: int, step: Step) -> Seen:
            spot = host.during(f"{ordinal:03d}-look")
            site = StepSite(spot, lease, self._grounds.resolve, self._progress.said)
            return await registered(step).kind.check(site, params_of(step))

        taken = self._taken
        way = await decide(
            self._plan, rows, taken["direction"], taken["takeovers"], look, parked=bool(taken["resumed"])
        )
        await self._journal.event("deployment.recovered", {"way": "back" if way.back else "forward"})
        ended = await run_or_park(self._go(runner, way), self._journal)
        past = await self._grounds.past(self._claim.identity)
        await complete(self._journal, self._plan, ended, self._environment, past)
        return record.finished(
            self._plan, self._taken["identifier"], ended, runner.reports, time.monotonic() - began
        )

    def park(self) -> None:
        """Finish the running step and leave the rest to the next owner; `run` raises `Parked`."""
        if self._runner is not None:
            self._runner.park()

    def stop(self, cause: Cancelled) -> None:
        """Somebody wants it to end: go back, unless it is on its way back already."""
        self._cancelled = cause
        if self._runner is not None:
            self._runner.stop(cause)

    async def _go(self, runner: Runner, way: Resume) -> Outcome:
        if way.give_up:
            return self._given_up(way)
        runner.touch(way.touched, switched=way.switched)
        cancelled = self._cancelled
        if cancelled is not None and self._taken["back_reason"] in {None, cancelled.message}:
            return await runner.go_back(cancelled, cancelled=True)
        if way.back:
            return await runner.go_back(self._cause(way))
        if way.found_done is not None:
            await self._journal.record(way.found_done, StepStatus.DONE, note="found done after a takeover")
        return await runner.resume(way.start)

    def _cause(self, way: Resume) -> FraiseQLError:
        return DeploymentError(
            self._taken["back_reason"] or f"The deployment was interrupted: {way.reason}.",
            hint=f"fraisier deploy {self._claim.identity.fraise} {self._claim.identity.environment}",
        )

    def _given_up(self, way: Resume) -> Outcome:
        back = WayBack(switched=True, failures=(way.reason,))
        return outcomes.returned(self._plan, self._cause(way), back, cancelled=False, warnings=())


async def rescue_lane(grounds: Grounds, lane: int | None, observer: dict[str, Any]) -> Report | None:
    """Take over and end one deployment without an owner, of this lane or (None) of any; None when there is none."""
    taken = await in_thread(grounds.database.call, "fn_take_over", lane=lane, **observer)
    return await Rescue(grounds, taken).run() if taken else None
