"""The lease of the relay: one process at a time feeds the consumers, whoever else could."""

from __future__ import annotations

import time
from typing import Any

from fraisier.database import Database
from fraisier.database.threads import in_thread
from fraisier.errors import LeaseLost


class Lead:
    """Held from `take` until `leave`, or until it was not renewed for `seconds`."""

    def __init__(self, database: Database, holder: str, seconds: float) -> None:
        self._database = database
        self._holder = holder
        self.seconds = seconds
        self._token: int | None = None
        self._good_since = float("-inf")

    async def take(self) -> bool:
        """Whether the lease is ours now; False while another process has it. Raises `DatabaseError`."""
        self._token = None
        return await self._ask()

    async def renew(self) -> None:
        """Raises `LeaseLost` when another process has taken it, `DatabaseError` when nobody can say."""
        if not await self._ask():
            raise _lost()

    def check(self) -> None:
        """Call before each delivery. Raises `LeaseLost` when another process may be delivering by now."""
        if time.monotonic() - self._good_since >= self.seconds:
            raise _lost()

    async def write(self, function: str, **parameters: Any) -> dict[str, Any]:
        """One write that only the leader may make. Raises `LeaseLost`."""
        row = await in_thread(self._database.call, function, token=self._token, **parameters)
        if row is None:
            raise _lost()
        return row

    async def leave(self) -> None:
        """Let another process lead at once."""
        token, self._token, self._good_since = self._token, None, float("-inf")
        if token is not None:
            await in_thread(self._database.call, "fn_leave_relay", token=token)

    async def _ask(self) -> bool:
        began = time.monotonic()
        row = await in_thread(
            self._database.call,
            "fn_lead_relay",
            holder=self._holder,
            token=self._token,
            lease_seconds=self.seconds,
        )
        if row is None:
            return False
        self._token, self._good_since = row["token"], began
        return True


def _lost() -> LeaseLost:
    return LeaseLost("Another process feeds the consumers of events now.", hint="fraisier notifications list")
