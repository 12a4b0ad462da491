"""What happens in one lane now, as the database knows it."""

from __future__ import annotations

from typing import Any

import msgspec

from fraisier.database import Database
from fraisier.model.identity import Identity
from fraisier.model.plan import Plan
from fraisier.model.status import DeploymentStatus, RequestStatus

Row = dict[str, Any]


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of one lane. `deployment` is the one in progress, `steps` its journal, `claimed` a request without
    a deployment yet, `waiting` what is queued behind.
    """

    identity: Identity
    lane: Row | None
    lock: Row | None
    deployment: Row | None
    steps: tuple[Row, ...]
    claimed: Row | None
    waiting: tuple[Row, ...]

    @property
    def state(self) -> str:
        """running, stuck (its owner is dead), parked, held, pending or idle."""
        if self.deployment is not None and not self.owned:
            return "parked" if self.deployment["parked"] else "stuck"
        if self.owned:
            return "running"
        if self.held:
            return "held"
        return "pending" if self.waiting else "idle"

    @property
    def owned(self) -> bool:
        return self.lock is not None and bool(self.lock["valid"])

    @property
    def plan(self) -> Plan | None:
        text = self.deployment["plan"] if self.deployment else None
        return msgspec.json.decode(text, type=Plan) if text else None

    @property
    def held(self) -> bool:
        return self.lane is not None and self.lane["hold_since"] is not None

    @property
    def step(self) -> Row | None:
        """The step something is being done about, else the one that comes next."""
        marked = [step for step in self.steps if step["status"] == "running"]
        waiting = [step for step in self.steps if step["status"] == "pending"]
        return next(iter([*marked, *waiting]), None)


def read_story(database: Database, identity: Identity) -> Story:
    """Everything that the database knows about a lane in this moment."""
    lane = msgspec.structs.asdict(identity)
    last = database.row("last_deployment", **lane)
    running = last if last and last["status"] == DeploymentStatus.IN_PROGRESS else None
    opened = database.rows("open_requests", **lane)
    claimed = [row for row in opened if row["status"] == RequestStatus.PROCESSING]
    return Story(
        identity=identity,
        lane=database.row("lane", **lane),
        lock=database.row("lock", **lane),
        deployment=running,
        steps=tuple(database.rows("steps", deployment=running["pk_deployment"])) if running else (),
        claimed=claimed[0] if claimed else None,
        waiting=tuple(row for row in opened if row["status"] == RequestStatus.PENDING),
    )
