"""The journal: an intent before each step, what became of it after. Every write is fenced by the lease's token."""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec

from fraisier.database import Database
from fraisier.database.threads import in_thread
from fraisier.database.together import Together
from fraisier.errors import LeaseLost
from fraisier.model.identity import Identity
from fraisier.model.status import StepStatus

__all__ = ["Claim", "Journal", "in_thread"]


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """The right to change one lane: it holds as long as the lock row carries this token."""

    identity: Identity
    lane: int
    token: int


class Journal:
    """Writes about one deployment. Each method raises `LeaseLost` when the lane has gone to somebody else."""

    def __init__(self, database: Database, claim: Claim, deployment: int, identifier: str) -> None:
        self._database = database
        self._claim = claim
        self._deployment = deployment
        self._steps = Together(partial(database.call_each, "fn_record_step"))
        self.identifier = identifier

    async def intend(self, ordinal: int, *, undo: bool = False) -> None:
        """Write down that a step is about to be touched, before it is touched."""
        await self.record(ordinal, StepStatus.RUNNING, undo=undo)

    async def record(
        self,
        ordinal: int,
        status: StepStatus,
        *,
        undo: bool = False,
        note: str | None = None,
        error: str | None = None,
        output: str | None = None,
        event: str | None = None,
    ) -> None:
        """Write down how a step stands now; `output` is what its commands printed, already redacted.

        `event` is the type of what this makes true; it is told with the error, if there is one.
        """
        told = {
            "ordinal": ordinal,
            "phase": "undo" if undo else "apply",
            "status": str(status),
            "note": note,
            "error": error,
            "output": output,
            "event": event,
            "event_data": {"error": error} if error else {},
        }
        self._held(await self._steps.store(self._about(told)))

    async def turn_back(self, reason: str) -> None:
        """Set the direction to `back`, before the first undo. It is never changed again."""
        await self._write("fn_turn_back", reason=reason)

    async def complete(self, **facts: Any) -> None:
        """End the deployment: its row, the lane's state, counters, events and the lease in one transaction."""
        await self._write("fn_complete_deployment", **facts)

    def end(self, **facts: Any) -> dict[str, Any]:
        """What `complete` would write, for whoever ends several deployments in one transaction."""
        return self._about(facts)

    async def recovered(self, told: dict[str, Any]) -> None:
        """Write down which way a deployment that was taken over goes from here, and why."""
        await self._write("fn_record_recovery", told=msgspec.json.encode(told).decode())

    async def park(self) -> None:
        """Leave the deployment where it is for the next owner, and free the lane."""
        await self._write("fn_park_deployment")

    async def event(self, kind: str, data: dict[str, Any], actor: str | None = None) -> None:
        """Add an event that is true in this moment to the outbox; `actor` is the person who made it so."""
        identity = self._claim.identity
        row = await in_thread(
            self._database.call,
            "fn_record_event",
            type=kind,
            fraise=identity.fraise,
            environment=identity.environment,
            job=identity.job,
            deployment=self.identifier,
            actor=actor,
            data=msgspec.json.encode(data).decode(),
            lane=self._claim.lane,
            token=self._claim.token,
        )
        self._held(row)

    async def _write(self, function: str, **parameters: Any) -> None:
        self._held(await in_thread(self._database.call, function, **self._about(parameters)))

    def _about(self, parameters: dict[str, Any]) -> dict[str, Any]:
        held = {"deployment": self._deployment, "lane": self._claim.lane, "token": self._claim.token}
        return {**held, **parameters}

    def _held(self, row: dict[str, Any] | None) -> None:
        if row is None:
            raise LeaseLost(
                f"The lane of {self._claim.identity} was taken from this deployment ({self.identifier}); "
                "it changed nothing more.",
                hint=f"fraisier history {self._claim.identity.fraise} shows who finished it.",
            )
