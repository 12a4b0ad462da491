"""Takes over deployments whose owner died, and ends them."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import platform
import time
from contextlib import suppress
from typing import Any

import msgspec

from fraisier.config.environment import Environment
from fraisier.engine.hosts import Hosts
from fraisier.engine.journal import Journal, in_thread
from fraisier.engine.outcome import Outcome
from fraisier.engine.recovery import MAX_BACK, Resume, decide
from fraisier.engine.runner import Runner
from fraisier.engine.side_by_side import side_by_side
from fraisier.engine.site import StepSite
from fraisier.errors import Cancelled, DeploymentError, FraiseQLError, HandedOver, StepFailed
from fraisier.hosts.fenced import FencedHost
from fraisier.model.place import Place
from fraisier.model.plan import Plan
from fraisier.model.report import Progress, Report, Silent
from fraisier.model.status import StepStatus
from fraisier.model.step import Seen, Step, params_of, registered
from fraisier.observer import record
from fraisier.observer.attempt import claim_of
from fraisier.observer.ending import complete, give_up, run_or_park
from fraisier.observer.grounds import Grounds
from fraisier.observer.hand_over import Past, hand_over
from fraisier.observer.lease import Lease, cancellation
from fraisier.observer.recorded import Recorded
from fraisier.observer.tether import Tether
from fraisier.providers.provider import provider_of

log = logging.getLogger(__name__)


_OLD_DATABASE = "the target has seen newer deployments than this database, which was restored from a backup; nothing was undone"


class _Seen(msgspec.Struct, frozen=True):
    """The part of a fence's file that counts here."""

    token: int = 0


class Guarding(msgspec.Struct, frozen=True, kw_only=True):
    """What a guard knows more than others. `quiet`: nobody died, it was given the deployment as it began. `overdue`:
    somebody else had it for too long.
    """

    quiet: bool = False
    overdue: bool = False


class Rescue:
    """Ends one deployment that was taken over, in the direction it had. One of Fraisier itself is handed to a guard,
    unless this is one.
    """

    def __init__(
        self,
        grounds: Grounds,
        taken: dict[str, Any],
        progress: Progress | None = None,
        *,
        guarding: Guarding | None = None,
    ) -> None:
        self._grounds = grounds
        self._guarding = guarding
        self._taken = taken
        self._claim = claim_of(taken)
        self._progress = Recorded(progress or Silent())
        self._runner: Runner | None = None
        self._cancelled: DeploymentError | None = cancellation(taken)
        self._parking = False
        self._tether = Tether(grounds.database, self._claim)
        self._journal = Journal(grounds.database, self._claim, taken["pk_deployment"], taken["identifier"])

    async def run(self) -> Report:
        """The report of the deployment. Raises `LeaseLost` when somebody else took it over in turn, and `Parked`."""
        log.warning("%s: taking over %s", self._claim.identity, self._taken["identifier"])
        return await self._tether.run(self._leased(asyncio.get_running_loop()))

    async def _leased(self, loop: asyncio.AbstractEventLoop) -> Report:
        def cancelled(cause: Cancelled) -> None:
            loop.call_soon_threadsafe(self.stop, cause)

        grounds = self._grounds
        with Lease(grounds.database, self._claim, grounds.timing, self._tether.lost, cancelled) as lease:
            if (died := self._taken["takeovers"]) > MAX_BACK:
                return await self._give_up(lease, f"{died} owners died while they tried to end it")
            plan, environment = self._read()
            if plan.itself and self._guarding is None:
                await self._hand_over(lease, plan)
            async with grounds.hosts(plan.machines, self._claim, some=True) as hosts:
                lit = [place for place in plan.machines if place.name not in hosts.dark]
                ahead = [await self._is_ahead(hosts.of(place.name), place) for place in lit]
                await side_by_side([host.raise_fence() for host in hosts.answering.values()])
                if any(ahead):
                    return await self._give_up(lease, _OLD_DATABASE)
                return await self._end(hosts, lease, plan, environment)

    async def _hand_over(self, lease: Lease, plan: Plan) -> None:
        """Raises `HandedOver`. Where no guard can be started, ending it from here is better than leaving it."""
        lease.settle()
        past: Past = "parked" if self._taken["resumed"] else "dead"
        try:
            await hand_over(self._grounds, self._taken["identifier"], self._claim, plan, past)
        except StepFailed as error:
            log.warning("%s: %s", self._taken["identifier"], error.message)

    async def _is_ahead(self, host: FencedHost, place: Place) -> bool:
        """Whether the host has seen newer owners than the journal: to undo by that journal would undo their work."""
        text = await host.read_text(f"{place.folder}/fence.json")
        try:
            return msgspec.json.decode(text or "{}", type=_Seen).token > int(self._taken["former_token"])
        except msgspec.MsgspecError:
            return False  # raising the fence says what is wrong with it

    def _read(self) -> tuple[Plan, Environment]:
        """What was planned. Raises `DeploymentError` for what this version of Fraisier cannot read."""
        try:
            plan = msgspec.json.decode(self._taken["plan"], type=Plan)
            environment = msgspec.json.decode(self._taken["config_snapshot"], type=Environment)
        except msgspec.MsgspecError as error:
            raise DeploymentError(
                f"The plan of {self._taken['identifier']} cannot be read: {error}",
                hint="Let the version of Fraisier end it that began it.",
            ) from error
        provider_of(environment)  # the code of the steps is registered with it
        return plan, environment

    async def _end(
        self, hosts: Hosts[FencedHost], lease: Lease, plan: Plan, environment: Environment
    ) -> Report:
        began = time.monotonic()
        rows = await in_thread(self._grounds.database.rows, "steps", deployment=self._taken["pk_deployment"])
        self._runner = runner = Runner(
            plan=plan,
            journal=self._journal,
            hosts=hosts,
            resolve=self._grounds.resolve,
            leash=lease,
            progress=self._progress,
        )

        async def look(ordinal: int, step: Step) -> Seen:
            spot = hosts.of(step.host).during(f"{ordinal:03d}-look")
            site = StepSite(spot, hosts.here, lease, self._grounds.resolve, self._progress.said)
            return await registered(step).kind.check(site, params_of(step))

        if self._parking:
            runner.park()
        taken = self._taken
        way = await decide(
            plan, rows, taken["direction"], taken["takeovers"], look, parked=bool(taken["resumed"])
        )
        if not way.back and (objection := await in_thread(self._objection)):
            way = msgspec.structs.replace(way, back=True, reason=objection)
        quiet = self._guarding is not None and self._guarding.quiet
        told = None if quiet else self._told("back" if way.back else "forward", way.reason)
        ended = await run_or_park(self._go(runner, way, told), self._journal, lease)
        if told:
            ended = msgspec.structs.replace(ended, warnings=(_in_words(told), *ended.warnings))
        past = await self._grounds.past(self._claim.identity)
        await complete(self._journal, lease, plan, ended, environment, past, told)
        return record.finished(plan, taken["identifier"], ended, runner.reports, time.monotonic() - began)

    def _objection(self) -> str | None:
        """Why it goes back all the same, whatever its journal says."""
        if self._guarding is not None and self._guarding.overdue:
            return "it had not ended in time"
        return "its group had not arrived" if self._grouped() else None

    def _grouped(self) -> bool:
        """Whether it belongs to a group: those end in one transaction, so one in progress has not arrived, as none has."""
        request = self._grounds.database.row("request", ref=self._taken["fk_request"])
        return request is not None and "group" in json.loads(request["options"] or "{}")

    def _told(self, way: str, reason: str) -> dict[str, Any]:
        """What the history says about this takeover."""
        taken = self._taken
        return {
            "by": f"{platform.node()}:{os.getpid()}",
            "way": way,
            "reason": reason,
            "takeovers": taken["takeovers"],
            "parked": bool(taken["resumed"]),
        }

    def park(self) -> None:
        """Finish the running step and leave the rest to the next owner; `run` raises `Parked`."""
        self._parking = True
        if self._runner is not None:
            self._runner.park()

    def stop(self, cause: DeploymentError) -> None:
        """Go back when somebody cancelled the deployment, unless it is on its way back already. Anything else, such as
        a signal, concerns only us: park it.
        """
        if not isinstance(cause, Cancelled):
            self.park()
            return
        self._cancelled = cause
        if self._runner is not None:
            self._runner.stop(cause)

    def drop(self) -> None:
        """Let go at once, in the middle of whatever runs: whoever looks next takes the deployment over."""
        self._tether.drop()

    async def _go(self, runner: Runner, way: Resume, told: dict[str, Any] | None) -> Outcome:
        if told:
            await self._journal.recovered(told)
        runner.touch(way.touched, switched=way.switched)
        cancelled = self._cancelled
        if cancelled is not None and self._taken["back_reason"] in {None, cancelled.message}:
            return await runner.go_back(cancelled, cancelled=True)
        if way.back:
            return await runner.go_back(self._cause(way))
        await runner.leave_behind(way.gone_back)
        for ordinal in way.found_done:
            await self._journal.record(ordinal, StepStatus.DONE, note="found done after a takeover")
        return await runner.resume(way.rest)

    def _cause(self, way: Resume) -> FraiseQLError:
        return DeploymentError(
            self._taken["back_reason"] or f"The deployment was interrupted: {way.reason}.",
            hint=f"fraisier deploy {self._claim.identity.fraise} {self._claim.identity.environment}",
        )

    async def _give_up(self, lease: Lease, reason: str) -> Report:
        """A person has to decide. Needs neither plan nor host; what still runs there is ended if it can be."""
        with suppress(FraiseQLError):
            plan, _ = self._read()
            async with self._grounds.hosts(plan.machines, self._claim, some=True) as hosts:
                await side_by_side([host.raise_fence() for host in hosts.answering.values()])
        taken, identity = self._taken, self._claim.identity
        told = self._told("none", reason)
        await self._journal.recovered(told)
        await give_up(self._journal, lease, told, identity)
        rows = self._grounds.database.rows
        [ended] = await in_thread(rows, "deployment", deployment=taken["identifier"])
        return record.read(ended, await in_thread(rows, "steps", deployment=taken["identifier"]))


def _in_words(told: dict[str, Any]) -> str:
    before = "it was parked" if told["parked"] else "its owner died"
    return f"{before}; {told['by']} took it over and went {told['way']}: {told['reason']}"


async def rescue_lane(grounds: Grounds, lane: int | None, observer: dict[str, Any]) -> Report | None:
    """Take over and end one deployment without an owner, of this lane or (None) of any; None when there is none."""
    taken = await in_thread(grounds.database.call, "fn_take_over", lane=lane, **observer)
    if taken is not None:
        with suppress(HandedOver):
            return await Rescue(grounds, taken).run()
    return None
