"""Claims the lanes of a service group: all of them before the first step, or none."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from typing import Any

import msgspec

from fraisier.config.environment import Environment
from fraisier.engine.journal import in_thread
from fraisier.errors import DeploymentError, LockError
from fraisier.model.identity import Identity
from fraisier.model.status import Kind, RequestStatus
from fraisier.observer.asking import Asking
from fraisier.observer.grounds import Grounds
from fraisier.observer.machine import machine_id, myself
from fraisier.observer.signals import Signals
from fraisier.observer.story import read_story
from fraisier.observer.telling import holding
from fraisier.observer.turn import rescue

Row = dict[str, Any]


async def claim_all(
    grounds: Grounds,
    environments: Sequence[Environment],
    kind: Kind,
    options: dict[str, Any],
    asking: Asking,
    signals: Signals,
) -> list[Row]:
    """A claimed request of this `kind` for each, in their order. Raises `LockError` when one lane stays busy: who has it."""
    patience = grounds.timing.wait if asking.wait_lock is None else asking.wait_lock
    until = time.monotonic() + (0 if asking.skip_if_locked else patience)
    while True:
        claimed = await in_thread(_claim, grounds, environments, kind, options, asking)
        if claimed is not None:
            return claimed
        if await _rescue_one(grounds, environments, signals):
            continue
        if time.monotonic() >= until:
            raise await in_thread(_busy, grounds, environments)
        await asyncio.sleep(0.2)


def free(grounds: Grounds, environments: Sequence[Environment], cause: DeploymentError) -> None:
    """Give back every lane in which this process has not begun anything."""
    me = myself(grounds.timing)
    for environment in environments:
        lock = grounds.database.row("lock", **msgspec.structs.asdict(environment.identity))
        if lock is None or lock["fk_deployment"] is not None:
            continue
        if (lock["holder"], lock["holder_pid"]) == (me["observer"], me["holder_pid"]):
            grounds.database.call(
                "fn_finish_request",
                request=lock["fk_request"],
                lane=lock["fk_lane"],
                token=lock["token"],
                status=str(RequestStatus.CANCELLED),
                reason=cause.message,
            )


def _claim(
    grounds: Grounds,
    environments: Sequence[Environment],
    kind: Kind,
    options: dict[str, Any],
    asking: Asking,
) -> list[Row] | None:
    grounds.database.call("fn_return_orphans")
    members = [
        {
            "fraise": environment.fraise,
            "environment": environment.environment,
            "git_branch": environment.branch,
            "target_provider": environment.provider,
            "options": json.dumps(options),
        }
        for environment in environments
    ]
    claimed = grounds.database.call(
        "fn_claim_group",
        members=members,
        kind=str(kind),
        requested_by=asking.by,
        requested_from=asking.where,
        trigger_type=asking.trigger,
        **{**myself(grounds.timing), "runs_on": machine_id()},
    )
    return json.loads(claimed["claimed"]) if claimed else None


async def _rescue_one(grounds: Grounds, environments: Sequence[Environment], signals: Signals) -> bool:
    for environment in environments:
        identity = msgspec.structs.asdict(environment.identity)
        lane = await in_thread(grounds.database.row, "lane", **identity)
        if lane is not None and await rescue(grounds, lane["pk_lane"], signals):
            return True
    return False


def _busy(grounds: Grounds, environments: Sequence[Environment]) -> LockError:
    """Who has which lane."""
    stories = [read_story(grounds.database, environment.identity) for environment in environments]
    held = [story for story in stories if story.lock and story.lock["valid"]]
    who = "; ".join(map(holding, held)) or "somebody had one of them until just now"
    first: Identity = held[0].identity if held else environments[0].identity
    return LockError(
        f"Not every lane of the group is free, so nothing was begun: {who}.",
        hint=f"fraisier why {first.fraise} {first.environment} tells more. Wait longer with --wait-lock SECONDS.",
    )
