"""Ending what was asked for: a waiting request is taken out, the owner of a running one is told through the database."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from fraisier.database import Database
from fraisier.engine.journal import in_thread
from fraisier.errors import UnknownName
from fraisier.model.identity import Identity
from fraisier.model.status import RequestStatus
from fraisier.observer.asking import Asking
from fraisier.observer.grounds import Grounds
from fraisier.observer.machine import myself
from fraisier.observer.rescue import rescue_lane
from fraisier.observer.signals import Signals

OPEN = {RequestStatus.PENDING, RequestStatus.PROCESSING}
POLL = 0.2


def find(database: Database, ref: str) -> dict[str, Any]:
    """The request that a dep_…, a req_… or an id names. Raises `UnknownName`."""
    deployment = database.row("deployment", deployment=ref)
    named = deployment["fk_request"] if deployment else ref
    request = database.row("request", ref=named) if named is not None else None
    if request is None:
        raise UnknownName(
            f"No deployment or request is called {ref}.", hint="`fraisier history` lists the deployments."
        )
    return request


def find_open(database: Database, identity: Identity) -> dict[str, Any] | None:
    """What runs in a lane, else the first that waits there; None when there is neither."""
    return next(iter(database.rows("open_requests", **msgspec.structs.asdict(identity))), None)


async def cancel(
    grounds: Grounds, request: dict[str, Any], asking: Asking, reason: str | None
) -> dict[str, Any]:
    """The request as it is then: ended, or still on its way back when `asking` does not wait.

    A request whose owner is dead is taken over and ended here.
    """
    if await in_thread(_tell, grounds.database, request, asking, reason) and asking.wait:
        with Signals() as signals:
            try:
                await _until_ended(grounds, request)
            except asyncio.CancelledError:
                if signals.cause is None:
                    raise
                raise signals.cause from None
    return await in_thread(find, grounds.database, request["identifier"])


def _tell(database: Database, request: dict[str, Any], asking: Asking, reason: str | None) -> bool:
    """Whether it is still to end. One that waits may be claimed in this moment: then its owner is told."""
    about = {"request": request["pk_deployment_request"], "by": asking.by, "asked_from": asking.where}
    if database.call("fn_cancel_request", reason=reason, **about):
        return False
    return database.call("fn_cancel_running", reason=reason, **about) is not None


async def _until_ended(grounds: Grounds, request: dict[str, Any]) -> None:
    database, number = grounds.database, request["pk_deployment_request"]
    me = myself(grounds.timing)
    while True:
        row = await in_thread(database.row, "request", ref=number)
        if row is None or row["status"] not in OPEN:
            return
        await in_thread(database.call, "fn_return_orphans")
        if await rescue_lane(grounds, request["fk_lane"], me) is None:
            await asyncio.sleep(POLL)
