"""The living processes that belong to a folder, and how to end them by pid."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path


def belonging_to(folder: Path) -> dict[int, str]:
    """Pid and command line of each process that works in the folder or names it; not us and not our parents."""
    mine = _ancestors(os.getpid())
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) not in mine:
            words = _read(entry / "cmdline").replace("\0", " ").strip()
            if words and (str(folder) in words or _works_in(entry, folder)):
                found[int(entry.name)] = words
    return found


def kill(folder: Path) -> bool:
    """SIGKILL to all that belong to the folder; whether there were any."""
    left = belonging_to(folder)
    for pid in left:
        _signal(pid, signal.SIGKILL)
    return bool(left)


def end(pids: Iterable[int], *, patience: float = 3.0) -> None:
    """SIGTERM, up to `patience` seconds, then SIGKILL."""
    pids = list(pids)
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in pids:
            if alive(pid):
                _signal(pid, number)
        if until(lambda: not any(alive(pid) for pid in pids), patience):
            return


def alive(pid: int) -> bool:
    """Zombies are dead."""
    stat = _read(Path(f"/proc/{pid}/stat"))
    return bool(stat) and stat.rpartition(")")[2].split()[0] not in {"Z", "X"}


def until(holds: Callable[[], object], seconds: float = 10.0) -> bool:
    """Whether the condition held within the time; looks twenty times a second."""
    deadline = time.monotonic() + seconds
    while not (held := holds()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return bool(held)


def _ancestors(pid: int) -> set[int]:
    found = set()
    while pid > 0:
        found.add(pid)
        status = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
        pid = int(status[1]) if status else 0
    return found


def _works_in(process: Path, folder: Path) -> bool:
    try:
        return (process / "cwd").readlink().is_relative_to(folder)
    except OSError:
        return False


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
