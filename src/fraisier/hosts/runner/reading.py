"""What may be asked of a machine without changing it: one function for each request."""

from __future__ import annotations

import errno
import os

from fraisier.hosts.runner.files import read_file, read_json
from fraisier.hosts.runner.processes import boot_id, descendants, process, processes, started

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from fraisier.hosts.runner.processes import Process

LISTEN, BEGINNING = b"0A", b"03"  # connections that begin stand among them before Linux 4.4
PIECE = 512  # bytes; three sockets or so


def read_text(request: dict[str, Any]) -> dict[str, Any]:
    content = read_file(request["path"])
    return {"text": None if content is None else content.decode("utf-8", "replace")}


def read_link(request: dict[str, Any]) -> dict[str, Any]:
    path = request["path"]
    try:
        return {"target": os.readlink(path)}
    except OSError as error:
        ended_or_not_ours = path.startswith("/proc/") and error.errno in (errno.EACCES, errno.ESRCH)
        if ended_or_not_ours or error.errno in (errno.ENOENT, errno.ENOTDIR, errno.EINVAL):
            return {"target": None}
        raise


def real_path(request: dict[str, Any]) -> dict[str, Any]:
    return {"path": os.path.realpath(request["path"])}


def list_folder(request: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"names": sorted(os.listdir(request["path"]))}
    except (FileNotFoundError, NotADirectoryError):
        return {"names": None}


def room(request: dict[str, Any]) -> dict[str, Any]:
    """What the disk has left for this user below a path, be it there or not; see statvfs(3)."""
    path = request["path"]
    while not os.path.exists(path):
        path = os.path.dirname(path)
    disk = os.statvfs(path)
    return {"bytes": disk.f_bavail * disk.f_frsize if disk.f_blocks else None}


def working_folders(_: dict[str, Any]) -> dict[str, Any]:
    """Where the processes of this machine work, as far as this user may know."""
    found = {
        read_link({"path": f"/proc/{name}/cwd"})["target"] for name in os.listdir("/proc") if name.isdigit()
    }
    return {"folders": sorted(found - {None})}


def tree(request: dict[str, Any]) -> dict[str, Any]:
    """A process and its descendants; none when it is gone."""
    pid = request["pid"]
    return {"pids": [pid, *descendants(pid, processes())] if process(pid) else []}


def recorded(request: dict[str, Any]) -> dict[str, Any]:
    """The trees of the very processes that left files with their pid, start and boot, as services do."""
    trees: list[list[int]] = []
    table: dict[int, Process] = {}
    for left in map(read_json, request["paths"]):
        lives = left and (left["boot"], left["started"]) == (boot_id(), started(left["pid"]))
        table = table or (processes() if lives else {})
        trees.append([left["pid"], *descendants(left["pid"], table)] if left and lives else [])
    return {"trees": trees}


def listeners(request: dict[str, Any]) -> dict[str, Any]:
    """Who listens on a TCP port. Pid 0 stands for a process that this user may not look into."""
    wanted = listening_sockets(request["port"])
    holders = {pid: wanted & sockets(pid) for pid in processes()} if wanted else {}
    found = [
        {"pid": pid, "started": started(pid), "command": words(pid)} for pid, held in holders.items() if held
    ]
    if wanted.difference(*holders.values()):
        found.append({"pid": 0, "started": "", "command": ""})
    return {"listeners": found}


def listening_sockets(port: int) -> set[str]:
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for fields in listening(table):
            if int(fields[1].rpartition(b":")[2], 16) == port:
                found.add(f"socket:[{fields[9].decode()}]")
    return found


def listening(table: str) -> Iterator[list[bytes]]:
    """The fields of each listening socket. They stand first, see proc_net_tcp.rst of the kernel: those of all
    connections, which it takes milliseconds to find, are not asked for.
    """
    try:
        file = os.open(table, os.O_RDONLY)
    except FileNotFoundError:  # a machine without IPv6
        return
    try:
        text, header = b"", True
        while True:
            piece = os.read(file, PIECE)
            *whole, text = (text + piece).split(b"\n")
            for line in whole[header:]:
                fields = line.split()
                if fields[3] == LISTEN:
                    yield fields
                elif fields[3] != BEGINNING:
                    return
            header = header and not whole
            if not piece:
                return
    finally:
        os.close(file)


def sockets(pid: int) -> set[str]:
    """What its descriptors are, except those that it closes meanwhile."""
    try:
        folder = os.open(f"/proc/{pid}/fd", os.O_RDONLY)
    except OSError:  # it ended, or belongs to another user
        return set()
    try:
        return {descriptor(name, folder) for name in os.listdir(folder)}
    except OSError:
        return set()
    finally:
        os.close(folder)


def descriptor(name: str, folder: int) -> str:
    try:
        return os.readlink(name, dir_fd=folder)
    except OSError:
        return ""


def words(pid: int) -> str:
    content = read_file(f"/proc/{pid}/cmdline") or b""
    return content.replace(b"\0", b" ").decode("utf-8", "replace").strip()


READS = {
    "read": read_text,
    "read_link": read_link,
    "real_path": real_path,
    "list": list_folder,
    "room": room,
    "working_folders": working_folders,
    "listeners": listeners,
    "tree": tree,
    "recorded": recorded,
}
