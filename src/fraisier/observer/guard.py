"""The guard of a deployment of Fraisier itself. A program of its own, started from the release that runs before it:

    python -m fraisier.observer.guard DEPLOYMENT TOKEN begun|parked|dead CONFIG_FILE

It takes the lane from the owner of that token and runs the deployment; the service that is restarted meanwhile is
neither its parent nor in its control group. Then it stays until the deployment has ended: should somebody else get
the lane and not end it in time, the guard takes it back, and undoes. It is two processes, of which one begins again
what the other leaves when it dies.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
from typing import Any, Final, cast

import msgspec

from fraisier.database import Database
from fraisier.engine.journal import in_thread
from fraisier.errors import FraiseQLError, LockError
from fraisier.model.plan import Plan
from fraisier.model.status import DeploymentStatus
from fraisier.model.step import Position
from fraisier.observer.grounds import Grounds
from fraisier.observer.hand_over import Past
from fraisier.observer.machine import myself
from fraisier.observer.rescue import Guarding, Rescue

LIVES: Final = 5
PAUSE: Final = 1.0  # seconds before the next life begins
POLL: Final = 0.2

log = logging.getLogger(__name__)


class Guard:
    """Sees one deployment to its end; `token` is that of the owner who hands it over. Anybody else who has it meanwhile
    gets `patience`, in seconds; None: as long as its steps may take.
    """

    def __init__(
        self, grounds: Grounds, deployment: str, token: int, past: Past, *, patience: float | None = None
    ) -> None:
        self._grounds = grounds
        self._deployment = deployment
        self._token, self._past = token, past
        self._patience = patience
        self._until: float | None = None

    async def run(self) -> None:
        """Until the deployment has ended, whoever ends it."""
        while (row := await in_thread(self._look)) is not None:
            self._until = self._until or time.monotonic() + self._allowed(row)
            overdue = time.monotonic() > self._until
            taken = await in_thread(self._take, row, overdue=overdue)
            if taken is None:
                await asyncio.sleep(POLL)
            else:
                await self._end(taken, overdue=overdue)

    def _allowed(self, row: dict[str, Any]) -> float:
        return allowance(row, self._grounds.timing.lease) if self._patience is None else self._patience

    def _look(self) -> dict[str, Any] | None:
        row = self._grounds.database.row("deployment", deployment=self._deployment)
        return row if row and row["status"] == DeploymentStatus.IN_PROGRESS else None

    def _take(self, row: dict[str, Any], *, overdue: bool) -> dict[str, Any] | None:
        database = self._grounds.database
        if overdue:
            lane = {name: row[name] for name in ("fraise", "environment", "job")}
            database.call("fn_break_lock", **lane, by="fraisier", reason=f"{self._deployment} is overdue")
        me = myself(self._grounds.timing)
        return database.call("fn_take_over", lane=row["fk_lane"], given=self._token, **me)

    async def _end(self, taken: dict[str, Any], *, overdue: bool) -> None:
        given = taken["former_token"] == self._token
        taken["resumed"] = int(self._past != "dead") if given else taken["resumed"]
        quiet = given and self._past == "begun"
        try:
            await Rescue(self._grounds, taken, guarding=Guarding(quiet=quiet, overdue=overdue)).run()
        except LockError as error:
            log.warning("%s: %s", self._deployment, error.message)
            await asyncio.sleep(POLL)
        self._until = None


def allowance(row: dict[str, Any], lease: float) -> float:
    """How long somebody else may take, in seconds: a lease, the switch and all after it, and the way back."""
    plan = msgspec.json.decode(row["plan"], type=Plan)
    since = [step for step in plan.steps if step.position is not Position.BEFORE]
    return lease + sum(step.deadline for step in [*since, *plan.restored])


def main() -> int:
    """Whoever started us goes on at once, and is our parent no more."""
    if os.fork():
        return 0
    for _ in range(LIVES):
        child = os.fork()
        if child == 0:
            os._exit(_live())
        if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0:
            break
        time.sleep(PAUSE)
    return 0


def _live() -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    deployment, token, past, config_file = sys.argv[1:]
    with Database() as database:
        grounds = Grounds(database, config_file or None)
        try:
            asyncio.run(Guard(grounds, deployment, int(token), cast("Past", past)).run())
        except FraiseQLError as error:
            log.warning("%s: %s", deployment, error.message)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
