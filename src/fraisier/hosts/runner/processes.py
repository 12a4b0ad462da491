"""Who runs on this machine, whose child it is, and how to end it. See proc(5)."""

from __future__ import annotations

import os
import time

from fraisier.hosts.runner.files import read_file
from fraisier.hosts.runner.lean import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

LEFTOVER_GRACE = 2.0  # seconds between asking and forcing what an older deployment left behind
LINE = 4096  # bytes; more than a line of /proc/PID/stat has
PATIENCE = 20.0  # seconds until a process that survives SIGKILL becomes an error


class Process:
    """A line of /proc/PID/stat. `started` is in clock ticks since boot: with the pid, it names one process."""

    def __init__(self, line: bytes) -> None:
        fields = line[line.rindex(b")") + 2 :].split()
        self.dead = fields[0] in (b"Z", b"X")
        self.parent, self.session = int(fields[1]), int(fields[3])
        self.started = fields[19].decode()


def process(pid: int) -> Process | None:
    """A living process; zombies are dead."""
    try:
        stat = os.open(f"/proc/{pid}/stat", os.O_RDONLY)
    except OSError:
        return None
    try:
        found = Process(os.read(stat, LINE))
    except OSError:
        return None
    finally:
        os.close(stat)
    return None if found.dead else found


def processes() -> dict[int, Process]:
    seen = {int(name): process(int(name)) for name in os.listdir("/proc") if name.isdigit()}
    return {pid: found for pid, found in seen.items() if found}


def started(pid: int) -> str:
    """When a process began; empty when it is gone."""
    found = process(pid)
    return found.started if found else ""


def boot_id() -> str:
    """Which start of the machine this is."""
    return (read_file("/proc/sys/kernel/random/boot_id") or b"").decode().strip()


def identity(pid: int) -> dict[str, Any]:
    """What names this process and no other, also after a restart of the machine."""
    return {"pid": pid, "started": started(pid), "boot_id": boot_id()}


def alive(record: dict[str, Any] | None) -> bool:
    if record is None:
        return False
    return bool(record["started"] == started(record["pid"]) and record["boot_id"] == boot_id())


def descendants(pid: int, table: dict[int, Process]) -> list[int]:
    children: dict[int, list[int]] = {}
    for child, found in table.items():
        children.setdefault(found.parent, []).append(child)
    below = list(children.get(pid, ()))
    for each in below:
        below.extend(children.get(each, ()))
    return below


def signal_all(pids: Iterable[int], number: int) -> None:
    for pid in pids:
        signal_one(pid, number)


def signal_one(pid: int, number: int) -> None:
    """Whether it helped is for the caller to see: it may be gone already, or another user's."""
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return


def remains(record: dict[str, Any]) -> list[int]:
    """The living supervisor of an effect; without one, whoever is left in its session."""
    if record["boot_id"] != boot_id():
        return []
    table = processes()
    leader = table.get(record["pid"])
    if leader:  # ours, or a stranger who got the number after all of ours were gone
        return [record["pid"]] if leader.started == record["started"] else []
    members = [pid for pid, found in table.items() if found.session == record["pid"]]
    return sorted({below for pid in members for below in [pid, *descendants(pid, table)]})


def end_all(records: list[dict[str, Any]]) -> None:
    """End what these records left running and return when it is gone. Raises `ValueError` when it stays.

    A living supervisor is only asked: it finds all of its own, at once when it is asked a second time.
    """
    begin, asked = time.monotonic(), False
    while True:
        left = {pid for record in records for pid in remains(record)}
        waited = time.monotonic() - begin
        if not left:
            return
        if waited > PATIENCE:
            raise ValueError(f"cannot end what an earlier command left running: process {sorted(left)}")
        if not asked or waited > LEFTOVER_GRACE:
            supervisors = left & {record["pid"] for record in records}
            signal_all(supervisors, signal.SIGTERM)
            signal_all(left - supervisors, signal.SIGKILL if asked else signal.SIGTERM)
            asked = True
        time.sleep(0.02)
