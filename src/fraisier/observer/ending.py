"""How the end of a deployment is written down: once, fenced, and as long as the lease holds."""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

import msgspec

from fraisier.config.environment import Environment
from fraisier.database import Database
from fraisier.engine.journal import Journal, in_thread
from fraisier.engine.outcome import Outcome, exit_code
from fraisier.engine.survey import Past
from fraisier.errors import DatabaseError, LeaseLost, Parked, RollbackError
from fraisier.model.identity import Identity
from fraisier.model.plan import Plan
from fraisier.model.status import DeploymentStatus, Kind, LaneHealth
from fraisier.observer.lease import Lease
from fraisier.observer.record import hosts


async def run_or_park(running: Awaitable[Outcome], journal: Journal, lease: Lease) -> Outcome:
    """The outcome; when the deployment was parked instead, that is written down.

    Raises `LeaseLost` when the journal cannot be written any more: whoever has the lane next ends the deployment.
    """
    try:
        return await running
    except Parked:
        await _last_word([lease], journal.park)
        raise
    except DatabaseError as error:
        raise LeaseLost(
            f"{journal.identifier} was left where it is: {error.message}",
            hint="Whoever looks at this lane next ends it: any fraisier command on it, or `fraisier serve`.",
        ) from error


async def complete(
    journal: Journal,
    lease: Lease,
    plan: Plan,
    outcome: Outcome,
    environment: Environment,
    past: Past,
    recovered: dict[str, Any] | None = None,
) -> None:
    """Write the end of a deployment down, with everything that follows from it; `recovered` tells who took it over.

    Raises `LeaseLost` when somebody else has the lane, or the database does not answer while the lease holds.
    """
    facts = end(journal, plan, outcome, environment, past, recovered)
    await _last_word([lease], functools.partial(journal.complete, **facts))


async def complete_all(database: Database, ends: Sequence[End]) -> None:
    """Write down that all of these have arrived, in one transaction. Raises what `complete` raises, and then none has."""

    async def write() -> None:
        calls = [one.journal.end(**one.facts) for one in ends]
        if await in_thread(database.call_all, "fn_complete_deployment", calls) is None:
            raise LeaseLost("The lane of one of them was taken by somebody else.")

    await _last_word([one.lease for one in ends], write)


class End(NamedTuple):
    """How one deployment is about to end."""

    journal: Journal
    lease: Lease
    facts: dict[str, Any]


def end(
    journal: Journal,
    plan: Plan,
    outcome: Outcome,
    environment: Environment,
    past: Past,
    recovered: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """What the end of a deployment says."""
    error = outcome.error
    arrived = outcome.status is DeploymentStatus.SUCCESS
    return {
        "status": str(outcome.status),
        "error_code": error.code if error else None,
        "error_message": error.message if error else None,
        "error_hint": error.hint if error else None,
        "error_exit_code": exit_code(outcome.status, error),
        "not_undone": json.dumps(list(outcome.not_undone)),
        "details": json.dumps(_details(outcome, recovered)),
        "current_version": plan.commit.sha if arrived or outcome.stayed else past.current,
        "lane_status": str(outcome.lane_health) if outcome.lane_health else None,
        "hold_reason": _hold(journal, plan, outcome, environment),
        "hosts": json.dumps([msgspec.structs.asdict(host) for host in outcome.hosts]),
    }


def _details(outcome: Outcome, recovered: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "warnings": list(outcome.warnings),
        "stayed": outcome.stayed,
        **({"hosts": hosts(outcome)} if outcome.hosts else {}),
        **({"recovered": recovered} if recovered else {}),
    }


async def give_up(journal: Journal, lease: Lease, recovered: dict[str, Any], identity: Identity) -> None:
    """End a deployment that nobody can end: the lane is held, a person is told."""
    write = functools.partial(
        journal.complete,
        status=str(DeploymentStatus.ROLLBACK_FAILED),
        error_code=RollbackError.code,
        error_message=f"Nobody could end this deployment: {recovered['reason']}.",
        error_hint=f"Look at the service, then deploy a good version: fraisier logs {identity.fraise} "
        f"{identity.environment}; fraisier deploy {identity.fraise} {identity.environment} --commit VERSION",
        error_exit_code=RollbackError.exit_code,
        details=json.dumps({"warnings": [], "recovered": recovered}),
        lane_status=str(LaneHealth.UNKNOWN),
        hold_reason=f"{journal.identifier} {DeploymentStatus.ROLLBACK_FAILED}",
    )
    await _last_word([lease], write)


async def _last_word(leases: Sequence[Lease], write: Callable[[], Awaitable[None]]) -> None:
    """A database that does not answer is asked again as long as the leases hold."""
    for lease in leases:
        lease.settle()
    while True:
        try:
            return await write()
        except DatabaseError:
            for lease in leases:
                lease.check()
            await asyncio.sleep(0.2)


def _hold(journal: Journal, plan: Plan, outcome: Outcome, environment: Environment) -> str | None:
    """Why automatic requests of the lane wait for a person from now on; None when they need not."""
    if plan.kind is Kind.JOB:
        return None
    if plan.kind is Kind.ROLLBACK and outcome.status is DeploymentStatus.SUCCESS:
        return f"{journal.identifier} rolled back by hand"
    if environment.hold_on_failure and outcome.status in _FAILED:
        return f"{journal.identifier} {outcome.status}"
    return None


_FAILED = {DeploymentStatus.FAILED, DeploymentStatus.ROLLED_BACK, DeploymentStatus.ROLLBACK_FAILED}
