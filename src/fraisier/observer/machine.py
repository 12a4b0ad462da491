"""Which machine this is: lanes whose target is local belong to it."""

from __future__ import annotations

import functools
import platform
from pathlib import Path


@functools.cache
def machine_id() -> str:
    """The machine's id of machine-id(5), else its host name."""
    try:
        return Path("/etc/machine-id").read_text(encoding="ascii").strip() or platform.node()
    except OSError:
        return platform.node()
