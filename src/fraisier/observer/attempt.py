"""One claim from start to end: lease, survey, plan, run, record. The only place that ends a claimed request."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any, Protocol

import msgspec

from fraisier.config.environment import Environment
from fraisier.database import Database
from fraisier.engine.hosts import Hosts
from fraisier.engine.journal import Claim, Journal, in_thread
from fraisier.engine.outcome import Outcome
from fraisier.engine.planner import plan as make_plan
from fraisier.engine.planner import settled
from fraisier.engine.runner import Runner
from fraisier.engine.side_by_side import side_by_side
from fraisier.engine.survey import Past, Turn, Wanted, refuse_without_chief, survey, up_to_date
from fraisier.errors import (
    Cancelled,
    DeploymentError,
    FraiseQLError,
    HandedOver,
    Interrupted,
    LeaseLost,
    Parked,
    StepFailed,
)
from fraisier.hosts.fenced import FencedHost
from fraisier.model import trail
from fraisier.model.identity import Identity
from fraisier.model.place import Place
from fraisier.model.plan import Observed, Plan
from fraisier.model.report import Progress, Report
from fraisier.model.status import DeploymentStatus, Kind, RequestStatus
from fraisier.observer import record, unbegun
from fraisier.observer.ending import End, complete, end, run_or_park
from fraisier.observer.grounds import Grounds
from fraisier.observer.jobs import blocked_by
from fraisier.observer.lease import Lease
from fraisier.observer.tether import Tether
from fraisier.providers.provider import provider_of


def claim_of(row: dict[str, Any]) -> Claim:
    """The right that a claimed or taken-over row gives."""
    identity = Identity(row["fraise"], row["environment"], row["job"])
    return Claim(identity=identity, lane=row["fk_lane"], token=row["token"])


def wanted_of(request: dict[str, Any]) -> Wanted:
    """What a request row asks for."""
    options = json.loads(request["options"] or "{}")
    return Wanted(
        kind=record.kind_of(request),
        version=options.get("version"),
        force=bool(options.get("force")),
        keep_schema=bool(options.get("keep_schema")),
        rebuild=bool(options.get("rebuild")),
        restore=options.get("restore"),
        adopt=bool(options.get("adopt")),
        only_failed=bool(options.get("only_failed")),
    )


class Company(Protocol):
    """Those with whom a deployment arrives or goes back."""

    def stop(self, cause: DeploymentError) -> None:
        """All of them go back."""
        ...

    async def meet(self, end: End) -> DeploymentError | None:
        """Wait, with the new version live, until all have arrived: None, and `end` is written down; or until they go
        back: why.
        """
        ...


def as_asked(environment: Environment, request: dict[str, Any]) -> Environment:
    """The environment with the branch that was pushed, with leave to `adopt`, and with the deployer that a program asked
    for by `module:Class`; for a job with the one host on which it runs.
    """
    options = json.loads(request["options"] or "{}")
    if request["job"]:
        environment = environment.of_jobs
    if request["trigger_type"] == "webhook" and request["git_branch"]:
        environment = msgspec.structs.replace(environment, branch=request["git_branch"])
    if options.get("adopt"):
        environment = msgspec.structs.replace(environment, adopt=True)
    if deployer := options.get("deployer"):
        environment = msgspec.structs.replace(environment, type="custom", deployer=deployer)
    return environment


class Attempt:
    """Sees one claimed request through. `stop` sends it back, from any task of the same loop."""

    def __init__(
        self,
        grounds: Grounds,
        environment: Environment,
        request: dict[str, Any],
        progress: Progress,
        company: Company | None = None,
    ) -> None:
        self._grounds = grounds
        self._company = company
        self._environment = as_asked(environment, request)
        self._request = request
        self._claim = claim_of(request)
        self._wanted = wanted_of(request)
        self._progress = progress
        self._runner: Runner | None = None
        self._tether = Tether(grounds.database, self._claim)
        self._stopped: DeploymentError | None = None
        self._parking = False
        self._starting = False

    @property
    def _database(self) -> Database:
        return self._grounds.database

    def stop(self, cause: DeploymentError) -> None:
        """Go back: undo what was begun, or give the request up when nothing was."""
        self._stopped = cause
        if self._company is not None:
            self._company.stop(cause)
        if self._runner is not None:
            self._runner.stop(cause)
        elif not self._starting:
            self._tether.cancel()

    def park(self) -> None:
        """Finish the running step and leave the rest to the next owner; `run` raises `Parked`."""
        self._parking = True
        if self._runner is not None:
            self._runner.park()
        elif not self._starting:
            self._tether.cancel()

    def drop(self) -> None:
        """Let go at once, in the middle of whatever runs: whoever looks next takes the deployment over."""
        self._tether.drop()

    async def run(self) -> Report:
        """The report of the deployment, whichever way it ended.

        Raises the `FraiseQLError` that kept it from starting, `Parked` when somebody else is to go on, `LeaseLost`
        or `FenceRefused` when the lane belongs to somebody else by now.
        """
        trail.REQUEST.set(self._request["identifier"])
        try:
            return await self._tether.run(self._leased(asyncio.get_running_loop()))
        except asyncio.CancelledError:
            if self._stopped is not None:
                await self._end_request(RequestStatus.CANCELLED, self._stopped.message)
                raise self._stopped from None
            if not self._parking:
                raise
            await self._give_back()
            raise Parked(f"{self._claim.identity}: nothing was begun; the request waits again.") from None

    async def _leased(self, loop: asyncio.AbstractEventLoop) -> Report:
        def cancelled(cause: Cancelled) -> None:
            loop.call_soon_threadsafe(self.stop, cause)

        with Lease(self._database, self._claim, self._grounds.timing, self._tether.lost, cancelled) as lease:
            try:
                some = self._environment.on_host_failure == "keep_going"
                async with self._grounds.hosts(self._places, self._claim, some=some) as hosts:
                    refuse_without_chief(self._environment, hosts.dark)
                    return await self._on_hosts(hosts, lease)
            except (LeaseLost, HandedOver):
                raise
            except FraiseQLError as error:
                if self._runner is None:
                    lease.settle()
                    pause = self._grounds.timing.retry
                    await unbegun.failed(self._database, self._claim, self._request, error.message, pause)
                raise

    @property
    def _places(self) -> tuple[Place, ...]:
        return self._grounds.places(self._environment, self._claim.identity.job)

    async def _on_hosts(self, hosts: Hosts[FencedHost], lease: Lease) -> Report:
        past = await self._grounds.past(self._claim.identity)
        job = self._claim.identity.job
        blocked = await in_thread(blocked_by, self._database, self._environment, job)
        seen = await survey(
            self._grounds.viewpoints(hosts),
            self._environment,
            self._wanted,
            past,
            Turn(
                token=self._claim.token,
                installation_id=self._grounds.installation_id,
                again=self._grounds.again,
                blocked=blocked,
            ),
        )
        tip = seen[0].commit
        if reason := await unbegun.stale(self._database, self._claim, self._request, tip):
            lease.settle()
            await self._end_request(RequestStatus.SUPERSEDED, reason)
            return self._nothing_to_do(seen[0])
        self._refuse_company(seen[0])
        if up_to_date(seen, self._wanted, past):
            lease.settle()
            await self._end_request(RequestStatus.COMPLETED, "up to date")
            return self._nothing_to_do(seen[0])
        left_out = {name: error.message for name, error in hosts.dark.items()}
        plan = make_plan(self._environment, seen, self._wanted.kind, past.before, job=job)
        plan = msgspec.structs.replace(plan, left_out=left_out)
        self._environment = settled(self._environment, seen[0].home)
        hosts = Hosts({place.name: hosts.of(place.name).behind(place.folder) for place in plan.places})
        await side_by_side([host.raise_fence() for host in hosts.answering.values()])
        return await self._deploy(hosts, lease, plan, past)

    async def _deploy(self, hosts: Hosts[FencedHost], lease: Lease, plan: Plan, past: Past) -> Report:
        self._starting = True  # from here on there is a row that only a runner may end
        row = await self._start(plan, past)
        began = time.monotonic()
        journal = Journal(self._database, self._claim, row["pk_deployment"], row["identifier"])
        unguarded = await self._hand_over(lease, plan, row["identifier"])
        self._progress.planned(row["identifier"], plan)
        self._runner = Runner(
            plan=plan,
            journal=journal,
            hosts=hosts,
            resolve=self._grounds.resolve,
            leash=lease,
            progress=self._progress,
        )
        cause = self._stopped or unguarded
        stopped = cause is not None and cause is self._stopped
        way = self._runner.run() if cause is None else self._runner.go_back(cause, cancelled=stopped)
        if self._parking:
            self._runner.park()
        outcome = await run_or_park(way, journal, lease)
        together = self._company is not None and outcome.status is DeploymentStatus.SUCCESS
        if self._company is not None and together:
            facts = end(journal, plan, outcome, self._environment, past)
            outcome = await self._meet(self._company, self._runner, End(journal, lease, facts), outcome)
        if not (together and outcome.status is DeploymentStatus.SUCCESS):
            await complete(journal, lease, plan, outcome, self._environment, past)
        return record.finished(
            plan, row["identifier"], outcome, self._runner.reports, time.monotonic() - began
        )

    def _refuse_company(self, observed: Observed) -> None:
        if observed.itself and self._company is not None:
            identity = self._claim.identity
            raise DeploymentError(
                f"{identity} is Fraisier itself, which is deployed alone and not in a group.",
                hint=f"fraisier deploy {identity.fraise} {identity.environment}",
            )

    async def _hand_over(self, lease: Lease, plan: Plan, deployment: str) -> StepFailed | None:
        """Raises `HandedOver` when Fraisier deploys itself. Returns why no guard could be started, else None."""
        if not plan.itself or self._stopped is not None:
            return None
        from fraisier.observer.hand_over import hand_over  # noqa: PLC0415 - only Fraisier itself has a guard

        lease.settle()
        try:
            await hand_over(self._grounds, deployment, self._claim, plan, "begun")
        except StepFailed as error:
            return error
        return None

    async def _meet(self, company: Company, runner: Runner, end: End, arrived: Outcome) -> Outcome:
        """What became of it: it has arrived with the others, and that is written down; or it went back with them."""
        end.lease.rest()
        cause = await company.meet(end)
        if cause is None:
            return arrived
        asked = isinstance(cause, Cancelled | Interrupted)
        return await run_or_park(runner.go_back(cause, cancelled=asked), end.journal, end.lease)

    async def _start(self, plan: Plan, past: Past) -> dict[str, Any]:
        row = await in_thread(
            self._database.call,
            "fn_start_deployment",
            request=self._request["pk_deployment_request"],
            lane=self._claim.lane,
            token=self._claim.token,
            plan=msgspec.json.encode(plan).decode(),
            config_snapshot=msgspec.json.encode(self._environment.snapshot).decode(),
            steps=json.dumps([_journaled(number, step) for number, step in enumerate(plan.steps)]),
            old_version=plan.old.commit.sha if plan.old else past.current,
            new_version=plan.commit.sha,
            git_commit=plan.commit.sha,
            git_branch=plan.commit.branch or self._environment.branch,
            target_provider=plan.provider,
            kind=Kind.DEPLOY if plan.kind is Kind.JOB else plan.kind,
            triggered_by=self._request["trigger_type"],
            requested_by=self._request["requested_by"],
        )
        if row is None:
            raise LeaseLost(
                f"The lane of {plan.identity} was taken before the deployment began; nothing was changed.",
                hint="Try again.",
            )
        return row

    def _nothing_to_do(self, observed: Observed) -> Report:
        version = observed.commit.sha
        return Report(
            deployment_id=None,
            kind=self._wanted.kind,
            fraise=self._claim.identity.fraise,
            environment=self._claim.identity.environment,
            status="up_to_date",
            old_version=version,
            new_version=version,
            old_shown=observed.commit.shown,
            new_shown=observed.commit.shown,
            target=provider_of(self._environment).target(self._environment),
        )

    async def _end_request(self, status: RequestStatus, reason: str) -> None:
        await unbegun.end(self._database, self._claim, self._request, status, reason)

    async def _give_back(self) -> None:
        await in_thread(
            self._database.call,
            "fn_release_request",
            request=self._request["pk_deployment_request"],
            lane=self._claim.lane,
            token=self._claim.token,
        )


def _journaled(ordinal: int, step: Any) -> dict[str, Any]:
    return {
        "ordinal": ordinal,
        "host": step.host,
        "kind": step.kind,
        "version": step.version,
        "title": step.title,
        "position": str(step.position),
        "params": step.params,
    }
