"""Runs a plan forward, and back when it has to. One journal, one direction at a time, no step left unaccounted.

`LeaseLost`, `FenceRefused` and `Parked` pass through, and so does a journal that cannot be written on the way back:
whoever has the lane next finishes it, and nothing more is touched here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from fraisier.engine import outcome
from fraisier.engine.effects import Effects
from fraisier.engine.hosts import Hosts
from fraisier.engine.journal import Journal
from fraisier.engine.outcome import Outcome, WayBack
from fraisier.engine.sections import Chain, sections
from fraisier.engine.side_by_side import side_by_side
from fraisier.engine.site import EffectHost, Leash, StepSite
from fraisier.errors import (
    DatabaseError,
    DeploymentError,
    EffectLost,
    FraiseQLError,
    HealthCheckError,
    LockError,
    Parked,
    Unreachable,
)
from fraisier.model.place import HERE
from fraisier.model.plan import Plan
from fraisier.model.report import Progress, StepReport
from fraisier.model.secret import Secret
from fraisier.model.status import BEGUN, Kind, StepStatus
from fraisier.model.step import (
    HEALTH,
    NotUndone,
    OnFailure,
    Position,
    Step,
)


class Runner:
    """Takes one plan to its end on its hosts, as long as the leash holds."""

    def __init__(
        self,
        *,
        plan: Plan,
        journal: Journal,
        hosts: Hosts[EffectHost],
        resolve: Callable[[str], str | Secret],
        leash: Leash,
        progress: Progress,
    ) -> None:
        self._plan = plan
        self._journal = journal
        self._effects = Effects(plan, hosts, leash, resolve, progress.said)
        self._progress = progress
        self._touched: dict[int, Step] = {}
        self._switched = False
        self._done: set[int] = set()
        self._gone_back: dict[str, FraiseQLError] = {}
        self._stuck: dict[str, FraiseQLError] = {}
        self._alone: list[WayBack] = []  # of the hosts that went back while others went on
        self._parking = False
        self._reports: dict[int, StepReport] = {}
        self._warnings: list[str] = []
        self._stop: DeploymentError | None = None
        self._forward: asyncio.Task[None] | None = None

    @property
    def reports(self) -> tuple[StepReport, ...]:
        """Every step of the plan as it stands, in order."""
        waiting = StepStatus.PENDING
        return tuple(
            self._reports.get(ordinal, StepReport(name=step.kind, title=step.title, status=waiting))
            for ordinal, step in enumerate(self._plan.steps)
        )

    def stop(self, cause: DeploymentError) -> None:
        """Ask the deployment to go back now; the step that runs is killed. Does nothing on the way back."""
        if self._stop is None and (self._forward is None or not self._forward.done()):
            self._stop = cause
            if self._forward is not None:
                self._forward.cancel()

    def park(self) -> None:
        """Finish the step that runs, then raise `Parked`, on whichever way the deployment is."""
        self._parking = True

    async def run(self) -> Outcome:
        """Go forward from the first step; on any failure go back to where it began."""
        return await self.resume(range(len(self._plan.steps)))

    async def resume(self, rest: Iterable[int]) -> Outcome:
        """Go forward with the steps of `rest`; a way back undoes whatever was counted by `touch`, too."""
        waiting = tuple(rest)
        self._done = set(self._touched).difference(waiting)
        self._forward = asyncio.create_task(self._go_forward(waiting))
        if self._stop is not None:
            self._forward.cancel()
        try:
            await self._forward
        except asyncio.CancelledError:
            if self._stop is None:
                raise
            return await self.go_back(self._stop, cancelled=True)
        except LockError:
            raise
        except FraiseQLError as error:
            if self._may_stay():
                return outcome.stayed(self._plan, error, warnings=tuple(self._warnings))
            return await self.go_back(error)
        if self._gone_back or self._plan.left_out:
            gone = outcome.Gone(why=self._gone_back, stuck=self._stuck, ways=tuple(self._alone))
            return outcome.partly(self._plan, gone, warnings=tuple(self._warnings))
        judged = self._plan.kind is Kind.JOB or self._judged()
        arrived = outcome.arrived(judged=judged, warnings=tuple(self._warnings))
        return outcome.with_hosts(self._plan, arrived, {})

    async def go_back(self, cause: FraiseQLError, *, cancelled: bool = False) -> Outcome:
        """Undo every touched step, last first, then judge what is live again."""
        await self._journal.turn_back(cause.message)
        self._progress.turned_back(cause.message)
        back = outcome.together([*self._alone, await self._undo_all(self._touched)])
        ended = outcome.returned(self._plan, cause, back, cancelled=cancelled, warnings=tuple(self._warnings))
        return outcome.with_hosts(self._plan, ended, self._stuck)

    def touch(self, ordinals: Iterable[int], *, switched: bool) -> None:
        """Count these steps as begun, so that a way back undoes them. For a deployment that was taken over.

        `switched` tells whether an earlier owner had reached for the new version, undone since or not.
        """
        self._touched = {ordinal: self._plan.steps[ordinal] for ordinal in ordinals}
        self._switched = switched

    async def _go_forward(self, ordinals: Iterable[int]) -> None:
        for chains in sections(self._plan, ordinals):
            self._go_on(chains[0][0])
            await side_by_side([self._follow(chain) for chain in chains])
            self._refuse_to_go_on_alone()
            for left in (ordinal for chain in chains for ordinal in chain if ordinal not in self._done):
                self._go_on(left)

    async def _follow(self, chain: Chain) -> None:
        """The steps of one host, in order. Who parks ends between two of them."""
        for ordinal in chain:
            if self._parking:
                return
            step = self._plan.steps[ordinal]
            if step.host in self._gone_back:
                await self._pass_by(ordinal, step)
                continue
            self._touched[ordinal] = step
            await self._journal.intend(ordinal)
            self._progress.step_started(step)
            try:
                await self._apply(ordinal, step)
            except (LockError, DatabaseError):
                raise
            except FraiseQLError as error:
                if step.on_failure is not OnFailure.HOST:
                    raise
                await self._give_up(step.host, error)
            self._done.add(ordinal)

    async def leave_behind(self, hosts: Iterable[str]) -> None:
        """These hosts had begun to go back alone. For a deployment that was taken over."""
        for host in hosts:
            await self._give_up(host, DeploymentError("It had failed there before the owner of this died."))

    async def restore(self, host: str, journal: Sequence[Mapping[str, Any]]) -> str | None:
        """Undo what an ended deployment has left on this host, and judge it; why it is not well, or None."""
        mine = [row["ordinal"] for row in journal if row["host"] == host and row["status"] in BEGUN]
        back = await self._undo_all(mine)
        unhealthy = back.unhealthy if back.switched else await self._judge_restored({host})
        return "; ".join(back.failures) or unhealthy

    async def _pass_by(self, ordinal: int, step: Step) -> None:
        """The host has gone back, the others go on."""
        note = f"{step.host} went back"
        await self._journal.record(ordinal, StepStatus.SKIPPED, note=note)
        self._reports[ordinal] = _report(step, StepStatus.SKIPPED, time.monotonic(), note)
        self._done.add(ordinal)

    async def _give_up(self, host: str, cause: FraiseQLError) -> None:
        """Bring one host back to where it was, and go on without it."""
        self._gone_back[host] = cause
        why, _, _ = cause.message.partition("\n")
        self._progress.said(f"{host} goes back, the others go on: {why}")
        mine = [ordinal for ordinal, step in self._touched.items() if step.host == host]
        back = await self._undo_all(mine)
        self._alone.append(back)
        for ordinal in mine:
            del self._touched[ordinal]
        if back.unhealthy:
            self._stuck[host] = HealthCheckError(back.unhealthy)

    def _refuse_to_go_on_alone(self) -> None:
        """Raises the first failure when no host is left that could go on."""
        targets = {place.name for place in self._plan.machines if place.name != HERE}
        if self._gone_back and targets <= self._gone_back.keys():
            raise next(iter(self._gone_back.values()))

    async def _apply(self, ordinal: int, step: Step) -> None:
        site = self._effects.site(ordinal, step, "apply")
        began = time.monotonic()
        try:
            skipped = await self._effects.apply(ordinal, step, site)
        except LockError:
            raise
        except FraiseQLError as error:
            await self._failed(ordinal, step, site, began, error)
            return
        status = StepStatus.SKIPPED if skipped else StepStatus.DONE
        note = skipped.reason if skipped else "; ".join(site.notes) or None
        event = "health_check.passed" if step.kind == HEALTH and not skipped else None
        await self._journal.record(ordinal, status, note=note, output=site.output, event=event)
        self._ended(ordinal, step, _report(step, status, began, note))

    async def _failed(
        self, ordinal: int, step: Step, site: StepSite, began: float, error: FraiseQLError
    ) -> None:
        await self._journal.record(
            ordinal,
            StepStatus.FAILED,
            error=error.message,
            output=site.output,
            event="health_check.failed" if step.kind == HEALTH else None,
        )
        self._ended(ordinal, step, _report(step, StepStatus.FAILED, began, error.message))
        if step.on_failure is not OnFailure.WARN:
            raise error
        self._warnings.append(f"{step.title}: {error.message}")

    async def _undo_all(self, ordinals: Iterable[int]) -> WayBack:
        """Undo these steps, the last one first. A host that does not answer is left alone, to be restored later."""
        undone = sorted(ordinals, reverse=True)
        failures: list[str] = []
        left: list[dict[str, str]] = []
        for chains in sections(self._plan, undone):
            await side_by_side([self._unfollow(chain, failures, left) for chain in chains])
        switches = [self._plan.steps[one] for one in undone if self._is_switch(one)]
        switched = self._switched or bool(switches)
        hosts = None if self._switched else {step.host for step in switches}
        unhealthy = await self._judge_restored(hosts) if switched and not failures else None
        return WayBack(
            switched=switched, failures=tuple(failures), unhealthy=unhealthy, not_undone=tuple(left)
        )

    async def _unfollow(self, chain: Chain, failures: list[str], left: list[dict[str, str]]) -> None:
        """Undo the steps of one host."""
        for ordinal in chain:
            step = self._plan.steps[ordinal]
            if isinstance(self._stuck.get(step.host), Unreachable):
                continue
            try:
                still = await self._undo(ordinal, step)
            except (LockError, DatabaseError):
                raise
            except FraiseQLError as error:
                failures.append(f"{step.title}: {error.message}")
                self._stuck[step.host] = error
            else:
                left.extend([outcome.still_there(step, still)] if still else [])

    def _is_switch(self, ordinal: int) -> bool:
        return self._plan.steps[ordinal].position is Position.SWITCH

    async def _undo(self, ordinal: int, step: Step) -> NotUndone | None:
        self._go_on(ordinal)
        await self._journal.intend(ordinal, undo=True)
        self._progress.step_started(step, undoing=True)
        site = self._effects.site(ordinal, step, "undo")
        began = time.monotonic()
        try:
            try:
                still = await self._effects.undo(ordinal, step, site)
            except EffectLost:  # with the machine that it ran on; every way back may be repeated
                site = self._effects.site(ordinal, step, "undo-again")
                still = await self._effects.undo(ordinal, step, site)
        except LockError:
            raise
        except FraiseQLError as error:
            status = StepStatus.UNDO_FAILED
            await self._journal.record(ordinal, status, undo=True, error=error.message, output=site.output)
            self._ended(ordinal, step, _report(step, status, began, error.message), undoing=True)
            raise
        note = f"{still.what}: {still.how}" if still else None
        await self._journal.record(ordinal, StepStatus.UNDONE, undo=True, note=note, output=site.output)
        report = _report(step, StepStatus.UNDONE, began, note, idle=site.idle)
        self._ended(ordinal, step, report, undoing=True)
        return still

    async def _judge_restored(self, hosts: set[str] | None) -> str | None:
        """Check the version that is live again on these hosts (None: all); None when it is well, else why not."""
        unwell: list[str] = []

        async def judge(number: int, step: Step) -> None:
            site = self._effects.site(number, step, "restored")
            self._progress.step_started(step)
            began = time.monotonic()
            try:
                await self._effects.apply(number, step, site)
            except LockError:
                raise
            except FraiseQLError as error:
                unwell.append(error.message)
                self._stuck[step.host] = error
                await self._tell_restored("health_check.failed", step, began, error=error.message)
                self._progress.step_ended(step, _report(step, StepStatus.FAILED, began, error.message))
                return
            await self._tell_restored("health_check.passed", step, began)
            self._progress.step_ended(step, _report(step, StepStatus.DONE, began, None))

        wanted = [
            judge(number, step)
            for number, step in enumerate(self._plan.restored, len(self._plan.steps))
            if hosts is None or step.host in hosts
        ]
        await side_by_side(wanted)
        return "; ".join(unwell) or None

    async def _tell_restored(self, event: str, step: Step, began: float, **more: str) -> None:
        """What was found of the old version, which is not the one that its deployment names."""
        told = {"step": step.title, "host": step.host or None, "restored": True, **more}
        old = {"version": self._plan.old.commit.sha} if self._plan.old else {}
        await self._journal.event(event, told | old | {"duration": round(time.monotonic() - began, 3)})

    def _ended(self, ordinal: int, step: Step, report: StepReport, *, undoing: bool = False) -> None:
        self._reports[ordinal] = report
        self._progress.step_ended(step, report, undoing=undoing)

    def _go_on(self, following: int) -> None:
        if self._parking:
            title = self._plan.steps[following].title
            raise Parked(
                f"{self._plan.identity}: stopped before {title!r}; the next owner goes on from there.",
                hint="Start fraisier serve again, or run any command on this lane.",
            )

    def _may_stay(self) -> bool:
        """Only a version that is live as a whole stays: a switch that failed half-way goes back in any case."""
        switches = {ordinal for ordinal, _ in enumerate(self._plan.steps) if self._is_switch(ordinal)}
        return not self._plan.auto_rollback and bool(switches) and switches <= self._done

    def _judged(self) -> bool:
        return any(
            report.name == HEALTH and report.status is StepStatus.DONE for report in self._reports.values()
        )


def _report(
    step: Step, status: StepStatus, began: float, note: str | None, *, idle: bool = False
) -> StepReport:
    seconds = round(time.monotonic() - began, 3)
    return StepReport(
        name=step.kind, title=step.title, status=status, duration_seconds=seconds, note=note, idle=idle
    )
