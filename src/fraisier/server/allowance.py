"""How many refused deliveries are written down: a stranger must not be able to fill the database."""

from __future__ import annotations

import time
from collections import deque


class Allowance:
    """At most `most` per `seconds`; what goes beyond is refused all the same, only not stored."""

    def __init__(self, most: int = 60, seconds: float = 60.0) -> None:
        self._most = most
        self._seconds = seconds
        self._granted: deque[float] = deque()

    def grant(self, now: float | None = None) -> bool:
        """Whether one more may be stored now."""
        now = time.monotonic() if now is None else now
        while self._granted and now - self._granted[0] >= self._seconds:
            self._granted.popleft()
        if len(self._granted) >= self._most:
            return False
        self._granted.append(now)
        return True
