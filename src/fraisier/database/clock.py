"""What time it is, in the three ways the database needs to know it."""

from __future__ import annotations

import time
from functools import cache, lru_cache
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Leases live by `boot_time` within one `boot_id`; `wall` is for people, and for the floor of new tokens."""

    def wall(self) -> float:
        """Seconds since the epoch."""
        ...

    def boot_time(self) -> float:
        """Seconds since this machine started, suspended time included."""
        ...

    def boot_id(self) -> str:
        """Another one after every start of the machine."""
        ...


class SystemClock:
    """The clocks of this machine. CLOCK_BOOTTIME and boot_id are Linux's: see clock_getres(2), random(4)."""

    def wall(self) -> float:
        return time.time()

    def boot_time(self) -> float:
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def boot_id(self) -> str:
        return _boot_id()


@cache
def _boot_id() -> str:
    """No process outlives the start of the machine that it belongs to."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def bindings(clock: Clock) -> dict[str, object]:
    """The parameters every statement may use: `:now` (RFC 3339), `:epoch_ms`, `:boot_time`, `:boot_id`."""
    microseconds = round(clock.wall() * 1_000_000)
    seconds, fraction = divmod(microseconds, 1_000_000)
    return {
        "now": f"{second(seconds)}.{fraction:06d}Z",
        "epoch_ms": microseconds // 1000,
        "boot_time": clock.boot_time(),
        "boot_id": clock.boot_id(),
    }


@lru_cache(maxsize=8)
def second(at: int) -> str:
    """Seconds since the epoch as RFC 3339 has them in UTC, without fraction and zone. Who logs asks often."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at))
