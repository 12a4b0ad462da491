"""Out of the unit of whoever starts it: stopping `fraisier serve` ends all that lives in that unit's control group."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_SYSTEMD: Final = Path("/run/systemd/system")  # there while systemd is the init, see sd_booted(3)


def prefix() -> tuple[str, ...]:
    """What to put before a command so that it gets a scope of its own; empty where there is no systemd to ask.

    systemd-run(1) becomes the command it is given, with the same pid. Root asks the system's systemd, anybody else
    their own.
    """
    if not _SYSTEMD.is_dir():
        return ()
    scope = ("systemd-run", "--scope", "--quiet", "--collect")
    if os.geteuid() == 0:
        return (*scope, "--slice=system.slice", "--")
    return (*scope, "--user", "--") if Path(_runtime(), "systemd/private").exists() else ()


def environment() -> Mapping[str, str]:
    """What systemd-run needs to find the systemd of this user."""
    return {} if os.geteuid() == 0 else {"XDG_RUNTIME_DIR": _runtime()}


def _runtime() -> str:
    return f"/run/user/{os.geteuid()}"
