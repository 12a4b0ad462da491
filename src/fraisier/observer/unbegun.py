"""A request that could not begin, or need not: tried again, or ended with the reason."""

from __future__ import annotations

from typing import Any, Final

from fraisier.database import Database
from fraisier.engine.journal import Claim, in_thread
from fraisier.model.commit import Commit, short
from fraisier.model.status import RequestStatus, Trigger

TRIES: Final = 6
"""With the pauses between them a push is given up after ten minutes."""


async def failed(
    database: Database, claim: Claim, request: dict[str, Any], reason: str, pause: float
) -> None:
    """A push is tried again, later each time; a person's request ends, and so does a push after the last try."""
    asked = {"request": request["pk_deployment_request"], "lane": claim.lane, "token": claim.token}
    delay = pause * 3 ** request["attempts"]
    again = await in_thread(
        database.call, "fn_retry_request", **asked, reason=reason, delay=delay, most=TRIES
    )
    if again is None:
        await end(database, claim, request, RequestStatus.FAILED, reason)


async def end(
    database: Database, claim: Claim, request: dict[str, Any], status: RequestStatus, reason: str
) -> None:
    """End a claimed request without a deployment, and free the lane."""
    await in_thread(
        database.call,
        "fn_finish_request",
        request=request["pk_deployment_request"],
        lane=claim.lane,
        token=claim.token,
        status=str(status),
        reason=reason,
    )


async def stale(database: Database, claim: Claim, request: dict[str, Any], tip: Commit) -> str | None:
    """Why a push is not deployed whose commit is not the branch's tip any more; None for any other request.

    A tip that the lane has not heard of yet is newer: its own push is still to come, and it is deployed at once, so
    that pushes without end do not keep each other from being deployed.
    """
    commit = request["git_commit"]
    if request["trigger_type"] != Trigger.WEBHOOK or not commit or tip.sha.startswith(commit):
        return None
    known = await in_thread(
        database.row,
        "known_commit",
        lane=claim.lane,
        request=request["pk_deployment_request"],
        commit=tip.sha,
    )
    branch = request["git_branch"]
    return f"{short(commit)} is not the tip of {branch} any more; {short(tip.sha)} is" if known else None
