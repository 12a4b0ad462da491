"""The processes that work in the demo's folder, found by what the system says about them. See proc(5)."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Final

PATIENCE: Final = 10.0  # seconds between SIGTERM and SIGKILL
PARENT, TTY = 1, 4  # among the fields of proc(5)'s stat that follow the name; TTY is the controlling terminal
PROC: Final = Path("/proc")


def working_in(folder: Path) -> list[int]:
    """Every process whose working folder is inside `folder`, or whose FRAISIER_CONFIG lies there.

    What has a terminal belongs to a person who looks around there, and is left alone; unless we have just started it.
    """
    return [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit() and _belongs(entry, folder)]


def end(folder: Path) -> None:
    """Ask all of them to end, parents first; kill what is still there after 10 s."""
    deadline = time.monotonic() + PATIENCE
    asked: set[int] = set()
    while found := working_in(folder):
        patient = time.monotonic() < deadline
        for pid in sorted(found):
            if pid not in asked or not patient:
                _signal(pid, signal.SIGTERM if patient else signal.SIGKILL)
        asked.update(found)
        time.sleep(0.05)


def _belongs(entry: Path, folder: Path) -> bool:
    if int(entry.name) == os.getpid():
        return False
    try:
        related = _inside(str((entry / "cwd").readlink()), folder) or _configured_in(entry, folder)
        return related and not _is_a_persons(entry)
    except OSError:  # it has just ended, or is somebody else's
        return False


def _is_a_persons(entry: Path) -> bool:
    after_name = (entry / "stat").read_bytes().rpartition(b")")[2].split()
    return after_name[TTY] != b"0" and int(after_name[PARENT]) != os.getpid()


def _configured_in(entry: Path, folder: Path) -> bool:
    marker = f"FRAISIER_CONFIG={folder}{os.sep}".encode()
    return any(variable.startswith(marker) for variable in (entry / "environ").read_bytes().split(b"\0"))


def _inside(path: str, folder: Path) -> bool:
    return path == str(folder) or path.startswith(f"{folder}{os.sep}")


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
