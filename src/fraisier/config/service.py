"""`service:` — the process that serves a fraise on a host."""

from __future__ import annotations

from typing import Literal

import msgspec


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """`command` runs in the release folder. `unit` is your own systemd unit (`systemd_service`), used as it is.

    `manager` auto means systemd where it runs, else supervisor. `stop_timeout` is in seconds: SIGTERM, wait,
    SIGKILL.
    """

    manager: Literal["auto", "systemd", "supervisor"] = "auto"
    command: tuple[str, ...] = ()
    port: int | None = None
    unit: str | None = None
    stop_timeout: float = 30.0
