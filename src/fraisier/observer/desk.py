"""Where people's requests come in: ask, claim, see it through, or follow whoever has it."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import time
from typing import TYPE_CHECKING, Any

import msgspec

from fraisier.config.environment import Environment
from fraisier.database import Database
from fraisier.engine.journal import in_thread
from fraisier.engine.planner import plan as make_plan
from fraisier.engine.survey import Wanted, survey, up_to_date
from fraisier.errors import DatabaseError, DeploymentError, LockError
from fraisier.git.differences import differences
from fraisier.model.commit import Commit
from fraisier.model.identity import Identity
from fraisier.model.plan import Plan
from fraisier.model.report import Progress, Report
from fraisier.model.status import Kind, RequestStatus, Trigger
from fraisier.observer.attempt import Attempt
from fraisier.observer.follow import follow
from fraisier.observer.grounds import Grounds
from fraisier.observer.machine import machine_id
from fraisier.observer.rescue import rescue_lane
from fraisier.observer.signals import Signals
from fraisier.providers.provider import provider_of

if TYPE_CHECKING:
    from fraisier.config import FraisierConfig


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What a deployment would do now. `current` is the recorded version; `differences` is text for people."""

    plan: Plan
    current: str | None
    target: Commit
    up_to_date: bool
    differences: str


def myself(grounds: Grounds) -> dict[str, Any]:
    """Who claims: what the lock row says about its holder."""
    return {
        "observer": f"{platform.node()}:{os.getpid()}",
        "lease_seconds": grounds.timing.lease,
        "runs_on": machine_id(),
        "holder_pid": os.getpid(),
        "holder_host": platform.node(),
    }


class Desk:
    """Takes what one person or program asks for, with the configuration and the database of one installation."""

    def __init__(self, config: FraisierConfig, database: Database) -> None:
        self._config = config
        self._grounds = Grounds(database)

    async def deploy(
        self,
        identity: Identity,
        *,
        force: bool = False,
        commit: str | None = None,
        by: str,
        trigger: Trigger = Trigger.MANUAL,
        progress: Progress,
    ) -> Report:
        """Deploy the tip of the environment's branch, or `commit`, and return how it ended.

        Raises `LockError` when the lane stays busy, and whatever kept the deployment from starting.
        """
        wanted = Wanted(kind=Kind.DEPLOY, version=commit, force=force)
        return await self._ask(identity, wanted, by, trigger, progress)

    async def rollback(
        self,
        identity: Identity,
        *,
        to: str | None = None,
        by: str,
        trigger: Trigger = Trigger.MANUAL,
        progress: Progress,
    ) -> Report:
        """Return to the version before the current one, or to `to`. Raises what `deploy` raises."""
        return await self._ask(identity, Wanted(kind=Kind.ROLLBACK, version=to), by, trigger, progress)

    async def preview(self, identity: Identity, wanted: Wanted) -> Preview:
        """The plan that a deployment would run now, with what it would change. Changes nothing anywhere."""
        environment, grounds = self._environment(identity), self._grounds
        past = await grounds.past(identity)
        token = time.time_ns() // 1_000_000
        async with grounds.reader() as host:
            observed = await survey(
                grounds.viewpoint(host),
                environment,
                wanted,
                past,
                token=token,
                installation_id=grounds.installation_id,
            )
            old = observed.live.commit.sha if observed.live else None
            repository = grounds.resolve(environment.git_repo)
            text = await differences(host, repository, observed.mirror, old=old, new=observed.commit.sha)
        return Preview(
            plan=make_plan(environment, observed, wanted.kind, past.before),
            current=past.current,
            target=observed.commit,
            up_to_date=up_to_date(observed, wanted, past),
            differences=text,
        )

    async def status(self, identity: Identity) -> dict[str, Any]:
        """What the target itself shows within 2 s: `{reachable, running, version, release}`."""
        environment, grounds = self._environment(identity), self._grounds
        provider = provider_of(environment)
        try:
            async with asyncio.timeout(2), grounds.reader() as host:
                view = await provider.look(host, environment)
                running = await provider.running(host, environment, grounds.installation_id)
        except TimeoutError:
            return {"reachable": False, "running": None, "version": None, "release": None}
        live = view.live
        return {
            "reachable": True,
            "running": running,
            "version": live.commit.sha if live else None,
            "release": live.name if live else None,
        }

    async def logs(self, identity: Identity, lines: int) -> str:
        """The last lines that the service of an environment wrote."""
        environment, grounds = self._environment(identity), self._grounds
        async with grounds.reader() as host:
            return await provider_of(environment).logs(host, environment, grounds.installation_id, lines)

    def _environment(self, identity: Identity) -> Environment:
        return self._config.get_fraise_environment(identity.fraise, identity.environment)

    async def _ask(
        self, identity: Identity, wanted: Wanted, by: str, trigger: Trigger, progress: Progress
    ) -> Report:
        environment = self._environment(identity)
        request = await in_thread(
            self._grounds.database.call,
            "fn_request_deployment",
            fraise=identity.fraise,
            environment=identity.environment,
            job=identity.job,
            kind=wanted.kind,
            trigger_type=trigger,
            requested_by=by,
            git_branch=environment.branch,
            options=json.dumps({"version": wanted.version, "force": wanted.force}),
            target_provider=environment.provider,
            runs_on=machine_id(),
        )
        if request is None:
            raise DatabaseError(
                "The request was not stored.", hint="The database was changed by hand; restore it."
            )
        return await _see_through(self._grounds, environment, request, progress)


async def _see_through(
    grounds: Grounds, environment: Environment, request: dict[str, Any], progress: Progress
) -> Report:
    """Claim the request as soon as its lane is free, or follow whoever claimed it first."""
    with Signals() as signals:
        try:
            claimed = await _wait_for_lane(grounds, request, progress)
            if claimed is None:
                return await follow(grounds.database, request["pk_deployment_request"], progress)
            attempt = Attempt(grounds, environment, claimed, progress)
            signals.owns(attempt)
            return await attempt.run()
        except asyncio.CancelledError:
            if signals.cause is None:
                raise
            raise await _let_go(grounds, request, signals.cause) from None


async def _wait_for_lane(
    grounds: Grounds, request: dict[str, Any], progress: Progress
) -> dict[str, Any] | None:
    """The claimed request, or None when somebody else has taken it."""
    until = time.monotonic() + grounds.timing.wait
    number = request["pk_deployment_request"]
    while True:
        claimed = await in_thread(
            grounds.database.call, "fn_claim_deployment", request=number, **myself(grounds)
        )
        if claimed is not None:
            return claimed
        now = await in_thread(grounds.database.row, "request", ref=number)
        if now is None or now["status"] != RequestStatus.PENDING:
            return None
        if await rescue_lane(grounds, request["fk_lane"], myself(grounds)) is not None:
            progress.said("An interrupted deployment of this lane was found and ended first.")
        elif time.monotonic() >= until:
            await _give_up(grounds, request)
        else:
            await asyncio.sleep(0.2)


async def _let_go(grounds: Grounds, request: dict[str, Any], cause: DeploymentError) -> DeploymentError:
    """A signal came while nothing was owned: take a waiting request back, leave a running one alone."""
    taken_back = await in_thread(
        grounds.database.call,
        "fn_cancel_request",
        request=request["pk_deployment_request"],
        by=request["requested_by"],
        reason=cause.message,
    )
    if taken_back is not None:
        return cause
    return type(cause)(
        f"{cause.message} The deployment continues.",
        hint=f"fraisier status {request['fraise']} {request['environment']}",
    )


async def _give_up(grounds: Grounds, request: dict[str, Any]) -> None:
    """Take the request back and say who has the lane."""
    database, number = grounds.database, request["pk_deployment_request"]
    await in_thread(
        database.call, "fn_cancel_request", request=number, by=request["requested_by"], reason="lock timeout"
    )
    lock = await in_thread(database.row, "lock", lane=request["fk_lane"])
    who = f": {lock['holder']} has it since {lock['acquired_at']}" if lock else ""
    raise LockError(
        f"Deployment lock acquisition timed out after {grounds.timing.wait:g} s{who}.",
        hint=f"fraisier status {request['fraise']} {request['environment']} shows what runs; try again when it ended.",
    )
