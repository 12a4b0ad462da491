"""Processes of this machine by pid and start, so that a number used again is never taken for the old one."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

from fraisier.hosts.launch import boot_id, started
from fraisier.hosts.supervisor_rpc import record

T = TypeVar("T")
KILLED_WITHIN: Final = 5.0


class Process(NamedTuple):
    pid: int
    started: str


def living(path: Path) -> Process | None:
    """The process that left this record, if it still lives."""
    known = record(path)
    if known.get("boot") != boot_id():
        return None
    process = Process(int(known["pid"]), str(known["started"]))
    return None if gone(process) else process


def gone(process: Process) -> bool:
    return started(process.pid) != process.started


def command_line(process: Process) -> list[str]:
    """The words a process was started with; empty when it is gone."""
    try:
        return os.fsdecode(Path(f"/proc/{process.pid}/cmdline").read_bytes()).split("\0")[:-1]
    except (FileNotFoundError, ProcessLookupError):
        return []


def descendants(root: Process) -> list[Process]:
    """Everything below a process, parents before children."""
    children: dict[int, list[Process]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        if (found := _with_parent(int(folder.name))) is not None:
            children.setdefault(found[0], []).append(found[1])
    below: list[Process] = []
    todo = [root]
    while todo:
        new = children.get(todo.pop(0).pid, [])
        below += new
        todo += new
    return below


def end(processes: Sequence[Process], *, patience: float) -> None:
    """SIGTERM, wait, SIGKILL, wait. Those that are gone already are no error."""
    for number, within in ((signal.SIGTERM, patience), (signal.SIGKILL, KILLED_WITHIN)):
        left = [process for process in processes if not gone(process)]
        for process in left:
            _signal(process, number)
        if not left or wait_until(lambda: all(map(gone, processes)), within):
            return


def wait_until(look: Callable[[], T], within: float) -> T:
    """Look until the answer is true, with growing pauses; the last answer."""
    deadline, pause = time.monotonic() + within, 0.002
    while not (seen := look()) and time.monotonic() < deadline:
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)
    return seen


def _signal(process: Process, number: int) -> None:
    """Through a pidfd: between looking and signalling, the number cannot change its owner."""
    try:
        handle = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return
    try:
        if not gone(process):
            signal.pidfd_send_signal(handle, number)
    except ProcessLookupError:
        return
    finally:
        os.close(handle)


def _with_parent(pid: int) -> tuple[int, Process] | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else (int(fields[1]), Process(pid, fields[19]))
