"""How much of something is taken in a minute."""

from __future__ import annotations

import time
from collections import deque
from typing import Final

HOOKS: Final = 4096
"""Hooks that are remembered; the one that was quiet for longest is forgotten first."""


class Allowance:
    """At most `most` per `seconds`: of refused deliveries, so that a stranger cannot fill the database."""

    def __init__(self, most: int = 60, seconds: float = 60.0) -> None:
        self._most = most
        self._seconds = seconds
        self._granted: deque[float] = deque()

    def grant(self, now: float | None = None) -> bool:
        """Whether one more is taken now."""
        now = time.monotonic() if now is None else now
        while self._granted and now - self._granted[0] >= self._seconds:
            self._granted.popleft()
        if len(self._granted) >= self._most:
            return False
        self._granted.append(now)
        return True


class Buckets:
    """One token bucket per hook: `most` at once, and again as many in each minute."""

    def __init__(self) -> None:
        self._left: dict[str, tuple[float, float]] = {}

    def wait(self, hook: str, most: int, now: float | None = None) -> float:
        """Take one token; 0, or in how many seconds there will be one again."""
        now = time.monotonic() if now is None else now
        tokens, since = self._left.pop(hook, (float(most), now))
        tokens = min(float(most), tokens + (now - since) * most / 60)
        granted = tokens >= 1
        self._left[hook] = (tokens - 1 if granted else tokens, now)
        if len(self._left) > HOOKS:
            del self._left[next(iter(self._left))]
        return 0.0 if granted else (1 - tokens) * 60 / most
