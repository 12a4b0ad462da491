"""Hosts that could not be returned to their version, because they did not answer: brought back once they do."""

from __future__ import annotations

import logging
from typing import Any

import msgspec

from fraisier.config.environment import Environment
from fraisier.engine.journal import Journal, in_thread
from fraisier.engine.runner import Runner
from fraisier.errors import DeploymentError, FraiseQLError, Unreachable
from fraisier.model.place import HERE, Place
from fraisier.model.plan import Plan
from fraisier.model.report import Silent
from fraisier.observer.attempt import claim_of
from fraisier.observer.grounds import Grounds
from fraisier.observer.lease import Lease
from fraisier.observer.machine import machine_id, myself
from fraisier.providers.provider import provider_of

log = logging.getLogger(__name__)


async def restore_hosts(grounds: Grounds, pause: float) -> None:
    """Try every such host that nobody has tried for `pause` seconds; one that does not answer is left for later."""
    asked = {"pause_seconds": pause, "runs_on": machine_id()}
    for row in await in_thread(grounds.database.rows, "pending_hosts", **asked):
        try:
            plan = _read(row)
            places = [place for place in plan.machines if place.name in {row["host"], HERE}]
            if await _answers(grounds, places):
                await _restore(grounds, row, plan, places)
        except FraiseQLError as error:
            log.warning("%s: %s was not restored: %s", row["identifier"], row["host"], error.message)


def _read(row: dict[str, Any]) -> Plan:
    """What was planned. Raises `DeploymentError` for what this version of Fraisier cannot read."""
    try:
        plan = msgspec.json.decode(row["plan"], type=Plan)
        environment = msgspec.json.decode(row["config_snapshot"], type=Environment)
    except msgspec.MsgspecError as error:
        raise DeploymentError(f"its plan cannot be read: {error}") from error
    provider_of(environment)  # the code of the steps is registered with it
    return plan


async def _answers(grounds: Grounds, places: list[Place]) -> bool:
    try:
        async with grounds.readers(places):
            return True
    except Unreachable:
        return False


async def _restore(grounds: Grounds, row: dict[str, Any], plan: Plan, places: list[Place]) -> None:
    """Undo what is left there, and see that its version is well. Nothing happens when somebody else is at work."""
    database, host = grounds.database, row["host"]
    about = {"deployment": row["pk_deployment"], "host": host}
    taken = await in_thread(database.call, "fn_restore_host", **about, **myself(grounds.timing))
    if taken is None:
        return
    claim = claim_of(taken)
    with Lease(database, claim, grounds.timing) as lease:
        async with grounds.hosts(places, claim) as hosts:
            await hosts.of(host).raise_fence()
            runner = Runner(
                plan=plan,
                journal=Journal(database, claim, taken["pk_deployment"], taken["identifier"]),
                hosts=hosts,
                resolve=grounds.resolve,
                leash=lease,
                progress=Silent(),
            )
            steps = await in_thread(database.rows, "steps", deployment=taken["pk_deployment"])
            trouble = await runner.restore(host, steps)
        lease.settle()
        held = {"lane": claim.lane, "token": claim.token}
        await in_thread(database.call, "fn_host_restored", **about, **held, note=trouble)
    log.warning("%s: %s %s", taken["identifier"], host, trouble or "is restored")
