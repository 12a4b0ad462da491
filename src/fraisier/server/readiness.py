"""Whether everything that the server needs is there: one check per part, each under its name."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Final

Check = Callable[[], "bool | Awaitable[bool | None]"]
"""None: the part is not wanted now, and nothing is said of it."""
PATIENCE: Final = 5.0
"""Seconds; a part that does not answer in time is not ready."""


class Readiness:
    """Parts of the server add their checks while it starts; `/ready` asks all of them at once."""

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}
        self._told: set[str] = set()

    def add(self, name: str, check: Check, *, needed: bool = True) -> None:
        """A check that is asked for each `/ready`; it may be async and raises nothing.

        A part that is not `needed` is only told: without it pushes are taken all the same.
        """
        self._checks[name] = check
        if not needed:
            self._told.add(name)

    async def look(self) -> tuple[bool, dict[str, bool]]:
        """Whether all that is needed is there, and what each part says, by name."""
        found = await asyncio.gather(*map(_asked, self._checks.values()))
        answers = zip(self._checks, found, strict=True)
        said = {name: good for name, good in answers if good is not None}
        return all(good for name, good in said.items() if name not in self._told), said


async def _asked(check: Check) -> bool | None:
    try:
        async with asyncio.timeout(PATIENCE):
            answer = check()
            return await answer if inspect.isawaitable(answer) else answer
    except TimeoutError:
        return False
