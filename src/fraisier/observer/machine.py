"""Which machine and process this is: lanes whose target is local belong to the machine."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import Any

from fraisier.observer.timing import Timing


@functools.cache
def machine_id() -> str:
    """The machine's id of machine-id(5), else its host name."""
    try:
        return Path("/etc/machine-id").read_text(encoding="ascii").strip() or os.uname().nodename
    except OSError:
        return os.uname().nodename


def observer_name() -> str:
    """What this process is called in leases and among the observers."""
    return f"{os.uname().nodename}:{os.getpid()}"


def myself(timing: Timing) -> dict[str, Any]:
    """Who claims: what the lock row says about its holder."""
    return {
        "observer": observer_name(),
        "lease_seconds": timing.lease,
        "runs_on": machine_id(),
        "holder_pid": os.getpid(),
        "holder_host": os.uname().nodename,
    }
