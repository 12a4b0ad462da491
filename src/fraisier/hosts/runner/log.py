"""What an effect prints: in a file that has a first block, or in memory while the disk is full."""

from __future__ import annotations

import ctypes
import os

from fraisier.hosts.runner.files import masked_tail, read_tail
from fraisier.hosts.runner.reserve import FULL, SIZE, Reserve
from fraisier.hosts.runner.supervision import LIBC

FALLOC_FL_KEEP_SIZE = 1
ROOM = 4096  # bytes that can be printed after somebody has filled the disk: enough to complain
NOTE = b"\n(the disk is full, output may be missing: No space left on device)\n"


class Log:
    """Open for one effect. A command that prints on a full disk must not fail because of that."""

    def __init__(self, path: str) -> None:
        self.path, self.on_disk = path, True
        try:
            self.fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            if set_aside(self.fd):
                return
            os.close(self.fd)
            os.unlink(path)
        except OSError as error:
            if error.errno not in FULL:
                raise
        self.fd, self.on_disk = memory(), False

    def settle(self, secrets: list[bytes], reserve: Reserve) -> None:
        """Keep what the effect's result returns: the tail, without secrets. With no room at all, keep nothing."""
        text, cut = read_tail(self.reopened())
        kept = masked_tail(text, secrets, cut=cut)
        if self.on_disk and len(text) >= ROOM and not set_aside(self.fd):
            kept = (kept + NOTE)[-len(text) :]
        try:
            if self.on_disk and (cut or kept != text):
                self.replace(kept)
            elif kept and not self.on_disk:
                reserve.write(self.path, kept[-SIZE:])
        except OSError as error:
            if error.errno not in FULL:
                raise

    def replace(self, kept: bytes) -> None:
        """In place, where there is room for it. Whatever happens, nothing unmasked stays."""
        fd, length = os.open(self.reopened(), os.O_WRONLY), 0
        try:
            length = os.pwrite(fd, kept, 0)
        finally:
            os.ftruncate(fd, length)
            os.close(fd)

    def reopened(self) -> str:
        """The same file without O_APPEND, which pwrite(2) would obey. See proc_pid_fd(5)."""
        return f"/proc/self/fd/{self.fd}"


def set_aside(fd: int) -> bool:
    """Give a file blocks behind its end, which nobody can take away; False when the disk is full. See fallocate(2)."""
    end, size = ctypes.c_long(os.fstat(fd).st_size), ctypes.c_long(ROOM)
    failed = LIBC.fallocate(fd, FALLOC_FL_KEEP_SIZE, end, size)
    return not (failed and ctypes.get_errno() in FULL)  # a file system that cannot do this goes without


def memory() -> int:
    try:
        return os.memfd_create("output")
    except (AttributeError, OSError):  # an old C library or kernel
        return os.open(os.devnull, os.O_WRONLY)
