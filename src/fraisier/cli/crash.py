"""Where the traceback of our own bugs goes."""

from __future__ import annotations

import os
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

INSTALLED: Final = (Path("/opt/fraisier/logs"),)
SYSTEM: Final = (Path("/var/log/fraisier"),)


def traceback_of(error: Exception) -> str:
    return "".join(traceback.format_exception(error)).rstrip()


def write(error: Exception) -> Path | None:
    """Put the traceback into a file of its own that only its owner can read; None where no folder takes it."""
    name = f"crash-{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}.log"
    for folder in folders():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError:
            continue
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(traceback_of(error) + "\n")
        return folder / name
    return None


def folders() -> list[Path]:
    """Where logs go: FRAISIER_LOG_DIR, else the installed layout's, the system's, the user's; the first that takes them."""
    if named := os.environ.get("FRAISIER_LOG_DIR"):
        return [Path(named)]
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    installed = [folder for folder in INSTALLED if folder.is_dir()]
    return [*installed, *SYSTEM, Path(state) / "fraisier" / "logs"]
