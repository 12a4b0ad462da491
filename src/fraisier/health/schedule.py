"""When to ask again. Pure: time comes in as a number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from fraisier.config.health_check import HealthCheck

SHORTEST_PAUSE: Final = 0.05
"""Seconds. Without it `retry_delay: 0` and a start period would ask as fast as a refused connection allows."""


class Tries(msgspec.Struct, frozen=True, kw_only=True):
    """How often one check has failed: `made` in all, `counted` after the start period."""

    made: int = 0
    counted: int = 0

    def one_more(self, check: HealthCheck, elapsed: float) -> Tries:
        """After a failure, `elapsed` seconds after the service was started."""
        forgiven = elapsed < check.start_period
        return Tries(made=self.made + 1, counted=self.counted + (not forgiven))

    def pause(self, check: HealthCheck) -> float | None:
        """Seconds until the next attempt; None when there are no more."""
        return None if self.counted > check.retries else max(check.retry_delay, SHORTEST_PAUSE)

    def __str__(self) -> str:
        return "1 attempt" if self.made == 1 else f"{self.made} attempts"


def longest(checks: Sequence[HealthCheck]) -> float:
    """The most seconds that these checks can take, one after the other."""
    return sum(
        check.initial_delay + check.start_period + (1 + check.retries) * (check.timeout + check.retry_delay)
        for check in checks
        if check.enabled
    )
