"""A person's verdict: the new version is live and well, whatever the deployment says. The target must show it."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from fraisier.config.environment import Environment
from fraisier.engine.journal import Journal, in_thread
from fraisier.engine.side_by_side import side_by_side
from fraisier.errors import DeploymentError, LockError, UnknownName
from fraisier.model.commit import short
from fraisier.model.plan import Plan
from fraisier.model.status import DeploymentStatus, Direction, LaneHealth, StepStatus
from fraisier.model.step import Position
from fraisier.observer.asking import Asking
from fraisier.observer.attempt import claim_of
from fraisier.observer.grounds import Grounds
from fraisier.observer.lease import Lease
from fraisier.observer.machine import myself
from fraisier.providers.provider import provider_of

Row = dict[str, Any]


async def complete(grounds: Grounds, deployment: str, asking: Asking, reason: str) -> Row:
    """The deployment that is a success now.

    One in progress ends as it is, and its owner stops. One that has ended is never changed: a new row, which names
    it, becomes the success. Returns the given one when it is a success already. Raises `UnknownName`; `LockError`
    when somebody else is at work in the lane; `DeploymentError` when the version is not live.
    """
    row = await in_thread(_find, grounds, deployment)
    if row["status"] == DeploymentStatus.SUCCESS:
        return row
    await _require_live(grounds, row)
    if row["status"] == DeploymentStatus.IN_PROGRESS:
        await _end_running(grounds, row, asking, reason)
        return await in_thread(_find, grounds, deployment)
    completed = await in_thread(
        grounds.database.call,
        "fn_complete_by_hand",
        deployment=row["pk_deployment"],
        by=asking.by,
        reason=reason,
        asked_from=asking.where,
    )
    if completed is None:
        raise _busy(row)
    return completed


def _find(grounds: Grounds, deployment: str) -> Row:
    row = grounds.database.row("deployment", deployment=deployment)
    if row is None or row["plan"] is None:
        raise UnknownName(
            f"No deployment of Fraisier is called {deployment}.", hint="`fraisier history` lists them."
        )
    return row


async def _require_live(grounds: Grounds, row: Row) -> None:
    environment = msgspec.json.decode(row["config_snapshot"], type=Environment)
    provider = provider_of(environment)
    lane = f"{row['fraise']} {row['environment']}"
    async with grounds.readers(grounds.places(environment)) as hosts:
        for host in hosts.targets.values():
            view = await provider.look(host, environment)
            live = view.live.commit.sha if view.live else None
            if live != row["new_version"]:
                raise DeploymentError(
                    f"{row['identifier']} brought {short(row['new_version'])}, but {short(live)} is live on {host.name}.",
                    hint=f"fraisier deploy {lane} --commit {short(row['new_version'])}",
                )
            if not await provider.running(host, environment, grounds.installation_id):
                raise DeploymentError(
                    f"{short(live)} is in place on {host.name}, but no process of the service runs.",
                    hint=f"fraisier logs {lane}",
                )


async def _end_running(grounds: Grounds, row: Row, asking: Asking, reason: str) -> None:
    await in_thread(_require_switched, grounds, row)
    lane = {name: row[name] for name in ("fraise", "environment", "job")}
    why = f"{row['identifier']} is completed by hand: {reason}"
    database = grounds.database
    await in_thread(database.call, "fn_break_lock", **lane, by=asking.by, reason=why, asked_from=asking.where)
    taken = await in_thread(database.call, "fn_take_over", lane=row["fk_lane"], **myself(grounds.timing))
    if taken is None:
        raise _busy(row)
    claim = claim_of(taken)
    plan = msgspec.json.decode(taken["plan"], type=Plan)
    journal = Journal(database, claim, taken["pk_deployment"], taken["identifier"])
    with Lease(database, claim, grounds.timing):
        async with grounds.hosts(plan.machines, claim) as hosts:
            await side_by_side([host.raise_fence() for host in hosts.answering.values()])
        told = {
            "by": asking.by,
            "way": "none",
            "reason": why,
            "takeovers": taken["takeovers"],
            "parked": False,
        }
        await journal.recovered(told)
        said = {"reason": reason, "from": asking.where}
        await journal.event("deployment.completed_by_hand", said, actor=asking.by)
        await journal.complete(
            status=str(DeploymentStatus.SUCCESS),
            details=json.dumps({"completed_by": asking.by, "reason": reason, "warnings": [why]}),
            current_version=taken["new_version"],
            lane_status=str(LaneHealth.HEALTHY),
        )


def _require_switched(grounds: Grounds, row: Row) -> None:
    steps = grounds.database.rows("steps", deployment=row["pk_deployment"])
    reached = [step["status"] for step in steps if step["position"] == Position.SWITCH]
    if row["direction"] == Direction.BACK or any(status != StepStatus.DONE for status in reached):
        raise DeploymentError(
            f"{row['identifier']} has not switched, or is on its way back.",
            hint=f"Let it end, or `fraisier cancel {row['identifier']}`.",
        )


def _busy(row: Row) -> LockError:
    lane = f"{row['fraise']} {row['environment']}"
    return LockError(
        f"Somebody is at work in {row['fraise']}/{row['environment']}; nothing was completed.",
        hint=f"fraisier why {lane}",
    )
