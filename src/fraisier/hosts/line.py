"""The way to one machine for as long as somebody needs it: opened again when it breaks, errors in our own words."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from itertools import chain, repeat
from typing import Any, Final

from fraisier.errors import DeploymentError, EffectLost, FenceRefused, Refused, StepFailed, Unreachable
from fraisier.hosts.connection import Answered, Connection, ConnectionEnded
from fraisier.transport.channel import Opener
from fraisier.transport.redaction import Redactor

STARTS_WITHIN: Final = 30.0  # seconds
SLACK: Final = (
    60.0  # seconds beyond a command's deadline: ending it, and what an older deployment left running
)
PAUSES: Final = (0.0, 0.2, 1.0, 3.0)  # seconds before it is tried again, the last one as often as needed
RETURNS_WITHIN: Final = 60.0  # seconds: a network that came apart, a machine that starts again
REFUSALS: Final = {"stale": FenceRefused, "foreign": FenceRefused, "lost": EffectLost}
HINTS: Final = {
    "stale": "Nothing more was changed here; `fraisier history` shows the deployment that took over.",
    "foreign": "Deploy from the installation that owns it, or run `fraisier fence adopt` when that one is gone.",
    "lost": "Look at the machine; the deployment goes back.",
}


class Line:
    """Asking again is safe: a host never runs an effect twice, and everything else only reads."""

    def __init__(self, opener: Opener, redactor: Redactor) -> None:
        self._opener, self._redactor = opener, redactor
        self._connection: Connection | None = None
        self._opening = asyncio.Lock()
        self._patience = RETURNS_WITHIN
        self._over = False

    @property
    def name(self) -> str:
        return self._opener.name

    async def open(self) -> Connection:
        """The connection there is, or a new one. Raises `Unreachable`."""
        async with self._opening:
            if self._connection is None and not self._over:
                self._connection = await self._opened()
            if self._over:
                await self.close()
            if self._connection is None:
                raise self._unreachable("nobody needs it any more")
            return self._connection

    async def _opened(self) -> Connection:
        connection = Connection(await self._opener.open())
        try:
            async with asyncio.timeout(STARTS_WITHIN):
                await connection.start()
        except (ConnectionEnded, TimeoutError) as error:
            raise self._unreachable(str(error) or "it did not answer in time") from error
        self._patience = RETURNS_WITHIN
        return connection

    async def reach(self) -> None:
        """See that it answers. Raises `Unreachable`; after that it is tried once for each question, without patience."""
        try:
            await self.open()
        except Unreachable:
            self._patience = 0.0
            raise

    async def ask(self, question: dict[str, Any], *, deadline: float) -> dict[str, Any]:
        """Ask, and ask again over a new connection when one breaks. `deadline` is in seconds.

        Raises `Unreachable`, `FenceRefused`, or `StepFailed` for what the machine refuses or has lost.
        """
        pauses, until = chain(PAUSES, repeat(PAUSES[-1])), 0.0
        while True:
            try:
                return await self._ask_once(question, deadline)
            except Answered as no:
                raise self._refusal(no) from None
            except TimeoutError:
                await self._hang_up()
                raise self._unreachable(f"no answer within {deadline + SLACK:.0f} seconds") from None
            except Refused:
                raise
            except (ConnectionEnded, Unreachable) as error:
                until = until or time.monotonic() + self._patience
                if time.monotonic() >= until:
                    self._patience = 0.0
                    raise self._unreachable(str(error)) from error
            await asyncio.sleep(next(pauses))

    async def follow(self, question: dict[str, Any]) -> AsyncIterator[str]:
        """What comes as it comes, over one connection. Raises what `ask` raises."""
        connection = await self.open()
        try:
            async for more in connection.follow(question):
                yield more
        except Answered as no:
            raise self._refusal(no) from None
        except ConnectionEnded as error:
            raise self._unreachable(str(error)) from None

    async def close(self) -> None:
        """For good: whoever still asks, because what it was asked for has failed elsewhere, opens nothing again."""
        self._over, self._patience = True, 0.0
        await self._hang_up()

    async def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection:
            await connection.close()

    async def _ask_once(self, question: dict[str, Any], deadline: float) -> dict[str, Any]:
        connection = await self.open()
        try:
            async with asyncio.timeout(deadline + SLACK):
                return await connection.ask(question)
        except ConnectionEnded:
            if connection is self._connection:
                await self._hang_up()
            raise

    def _refusal(self, no: Answered) -> DeploymentError:
        refused = REFUSALS.get(no.code, StepFailed)
        message = self._redactor.mask(f"{self.name}: {no}")
        return refused(message, hint=HINTS.get(no.code, ""), reason=no.code)

    def _unreachable(self, why: str) -> Unreachable:
        message = self._redactor.mask(f"{self.name} does not answer: {why}")
        return Unreachable(
            message, hint=f"Check {self.name} and the way to it; a command that ran there goes on by itself."
        )
