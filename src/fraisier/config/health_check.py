"""`health_check:` — how a new version proves that it is well. A list means all must pass."""

from __future__ import annotations

from typing import Literal

import msgspec


class HealthCheck(msgspec.Struct, frozen=True, kw_only=True):
    """All times are seconds. `timeout` bounds one attempt, `retries` counts further attempts after the first.

    Failures within `start_period` do not count as attempts; `initial_delay` is waited before the first.
    """

    type: Literal["http"] = "http"
    url: str = ""
    timeout: float = 5.0
    retries: int = 3
    retry_delay: float = 1.0
    initial_delay: float = 0.0
    start_period: float = 0.0
    expected_status: int = 200
    enabled: bool = True
