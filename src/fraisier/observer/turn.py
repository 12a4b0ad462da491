"""One request's turn: claim its lane as soon as it is free and see it through, or follow whoever has it."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Any

import msgspec

from fraisier.config.environment import Environment
from fraisier.engine.journal import in_thread
from fraisier.errors import (
    DatabaseError,
    DeploymentError,
    FraiseQLError,
    HandedOver,
    LeaseLost,
    LockError,
    Parked,
)
from fraisier.model.identity import Identity
from fraisier.model.report import Progress, Report
from fraisier.model.status import RequestStatus
from fraisier.observer import jobs
from fraisier.observer.attempt import Attempt
from fraisier.observer.grounds import Grounds
from fraisier.observer.machine import myself
from fraisier.observer.signals import Signals, Source


async def see_through(
    grounds: Grounds,
    environment: Environment,
    request: dict[str, Any],
    progress: Progress,
    patience: float,
    source: Source | None = None,
) -> Report:
    """How the request ended. Waits up to `patience` seconds for its lane, then raises `LockError`.

    `source` catches the signals for several requests that are seen through at the same time.
    """
    with Signals(source) as signals:
        try:
            claimed = await _wait_for_lane(grounds, request, progress, patience, signals)
            report = await _run(grounds, environment, claimed, progress, signals) if claimed else None
            if report is None:
                from fraisier.observer.follow import follow  # noqa: PLC0415 - most requests have their lane at once

                report = await follow(grounds.database, request["pk_deployment_request"], progress)
        except asyncio.CancelledError:
            if signals.cause is None:
                raise
            raise await _let_go(grounds, request, signals.cause) from None
        except FraiseQLError as error:
            with suppress(DatabaseError):
                await _take_back(grounds, request, error.message)
            raise
    return msgspec.structs.replace(report, request_id=request["identifier"])


async def _run(
    grounds: Grounds, environment: Environment, claimed: dict[str, Any], progress: Progress, signals: Signals
) -> Report | None:
    """Own the deployment. None: it was handed to a guard, and can only be followed from then on."""
    attempt = Attempt(grounds, environment, claimed, progress)
    signals.owns(attempt)
    with suppress(HandedOver):
        return await attempt.run()
    signals.owns(None)
    if signals.cause is not None:
        raise asyncio.CancelledError
    return None


async def refuse_if_locked(grounds: Grounds, identity: Identity) -> None:
    """Raises `LockError` when somebody owns the lane now; one whose owner is dead is free."""
    held, who, advice = await in_thread(_holder, grounds, identity)
    if held:
        raise LockError(f"Skipped: {who}.", hint=advice)


def refuse_beside_jobs(grounds: Grounds, identity: Identity) -> None:
    """Raises `LockError` while a job of the environment runs: what `on_running_job: fail` wants."""
    if running := jobs.neighbours(grounds.database, identity):
        raise LockError(
            f"Not deployed, because on_running_job is fail: {'; '.join(map(jobs.in_words, running))}.",
            hint="Deploy again when it has ended, or write on_running_job: wait.",
        )


async def _wait_for_lane(
    grounds: Grounds, request: dict[str, Any], progress: Progress, patience: float, signals: Signals
) -> dict[str, Any] | None:
    """The claimed request, or None when somebody else has taken it."""
    until = time.monotonic() + patience
    database, number, me = grounds.database, request["pk_deployment_request"], myself(grounds.timing)
    while True:
        await in_thread(database.call, "fn_return_orphans")
        claimed = await in_thread(database.call, "fn_claim_deployment", request=number, **me)
        if claimed is not None:
            return claimed
        now = await in_thread(database.row, "request", ref=number)
        if now is None or now["status"] != RequestStatus.PENDING:
            return None
        if await rescue(grounds, request["fk_lane"], signals):
            progress.said("An interrupted deployment of this lane was found and ended first.")
        elif time.monotonic() >= until:
            await _give_up(grounds, request, patience)
        else:
            await asyncio.sleep(0.2)


async def rescue(grounds: Grounds, lane: int, signals: Signals) -> bool:
    """Whether a deployment without an owner was found there; it is ended now, or somebody else goes on with it."""
    taken = await in_thread(_take_over, grounds, lane)
    if taken is None:
        return False
    from fraisier.observer.rescue import Rescue  # noqa: PLC0415 - few lanes need one

    rescue = Rescue(grounds, taken)
    signals.owns(rescue)
    with suppress(LeaseLost, Parked):
        await rescue.run()
    signals.owns(None)
    if signals.cause is not None:
        raise asyncio.CancelledError
    return True


def _take_over(grounds: Grounds, lane: int) -> dict[str, Any] | None:
    """Of this lane, or of one beside it that it has to wait for."""
    beside = (row["pk_lane"] for row in grounds.database.rows("busy_neighbours", lane=lane))
    for one in (lane, *beside):
        taken = grounds.database.call("fn_take_over", lane=one, **myself(grounds.timing))
        if taken is not None:
            return taken
    return None


async def _let_go(grounds: Grounds, request: dict[str, Any], cause: DeploymentError) -> DeploymentError:
    """A signal came while nothing was run here: take a waiting request back, leave one alone that somebody else runs."""
    taken_back = await _take_back(grounds, request, cause.message)
    if taken_back is not None or await in_thread(_free_own, grounds, request, cause.message):
        return cause
    return type(cause)(
        f"{cause.message} The deployment continues.",
        hint=f"To end it: fraisier cancel {request['fraise']} {request['environment']}",
    )


def _free_own(grounds: Grounds, request: dict[str, Any], reason: str) -> bool:
    """The signal came while the database was just giving us the lane: free it again. Whether our request ended so."""
    database, me = grounds.database, myself(grounds.timing)
    lock = database.row("lock", lane=request["fk_lane"])
    if lock is None or (lock["holder"], lock["holder_pid"]) != (me["observer"], me["holder_pid"]):
        return False
    held = {"lane": lock["fk_lane"], "token": lock["token"]}
    if lock["fk_deployment"] is not None:
        database.call("fn_drop_lease", **held)
        return False
    number, status = request["pk_deployment_request"], str(RequestStatus.CANCELLED)
    return (
        database.call("fn_finish_request", request=number, **held, status=status, reason=reason) is not None
    )


async def _give_up(grounds: Grounds, request: dict[str, Any], patience: float) -> None:
    """Take the request back and say who has the lane. Does nothing when it was claimed in this moment."""
    if await _take_back(grounds, request, "lock timeout") is None:
        return
    identity = Identity(request["fraise"], request["environment"], request["job"])
    _, who, advice = await in_thread(_holder, grounds, identity)
    raise LockError(f"Deployment lock acquisition timed out after {patience:g} s: {who}.", hint=advice)


def _holder(grounds: Grounds, identity: Identity) -> tuple[bool, str, str]:
    """Whether somebody has the lane now, or what keeps it waiting; who, in words, and what a person can do."""
    if beside := jobs.neighbours(grounds.database, identity):
        return True, "; ".join(map(jobs.in_words, beside)), jobs.advice(beside)
    from fraisier.observer.story import read_story  # noqa: PLC0415 - most lanes are free
    from fraisier.observer.telling import holding  # noqa: PLC0415

    story = read_story(grounds.database, identity)
    return bool(story.lock and story.lock["valid"]), holding(story), _advice(identity)


async def _take_back(grounds: Grounds, request: dict[str, Any], reason: str) -> dict[str, Any] | None:
    return await in_thread(
        grounds.database.call,
        "fn_cancel_request",
        request=request["pk_deployment_request"],
        by=request["requested_by"],
        reason=reason,
        asked_from=request["requested_from"],
    )


def _advice(identity: Identity) -> str:
    lane = f"{identity.fraise} {identity.environment}"
    return (
        f"fraisier why {lane} tells more. Wait longer with --wait-lock SECONDS, end what runs with "
        f"`fraisier cancel {lane}`, or, when its process is dead, `fraisier lock break {lane} --reason …`."
    )
