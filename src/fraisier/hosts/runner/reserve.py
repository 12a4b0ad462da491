"""Files that lie ready for the day on which the disk is full.

Whoever must remember something when there is no room takes one, writes over its blocks and renames it. That needs
no new block and no new inode, and nobody else can have taken the room first. Their names are as long as any other
name in their folder, so that removing some makes room for another in the folder itself.
"""

from __future__ import annotations

import errno
import fcntl
import os
from itertools import islice

from fraisier.hosts.runner.files import sync_folder, write_file
from fraisier.hosts.runner.lean import dumps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

FULL = (errno.ENOSPC, errno.EDQUOT)
FILES, SIZE = 128, 8 * 1024  # an effect on a full disk takes three, and is given some more
GIVEN = 4
SPARING = 4  # the reserve is made from at most this part of what is free


class Reserve:
    """They are made in the order of their numbers and taken from the last one, so the last tells that all are there."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def file(self, number: int) -> str:
        return os.path.join(self.folder, f"reserve-{number:0120d}")

    def fill(self) -> None:
        """Make those that are missing, as far as there is room. Only for who holds the lane's lock."""
        if os.path.exists(self.file(FILES - 1)):
            return
        try:
            os.makedirs(self.folder, mode=0o700, exist_ok=True)
            for number in range(FILES):
                if not os.path.exists(self.file(number)):
                    make(self.file(number))
        except OSError as error:
            if error.errno not in (*FULL, errno.EOPNOTSUPP):
                raise

    def ready(self) -> Iterator[tuple[str, int]]:
        """Path and descriptor of each that is nobody else's while it is open."""
        for number in reversed(range(FILES)):
            try:
                fd = os.open(self.file(number), os.O_WRONLY)
            except FileNotFoundError:
                continue
            try:
                if is_ours(fd, self.file(number)):
                    yield self.file(number), fd
            finally:
                os.close(fd)

    def level(self) -> None:
        """Before an effect: make what is missing while there is plenty of room, give some when there is none.

        Whoever goes back has a link and a unit to write. Only for who holds the lane's lock.
        """
        if has_plenty(self.folder):
            self.fill()
        elif self.is_needed():
            for path, _ in islice(self.ready(), GIVEN):
                os.unlink(path)

    def is_needed(self) -> bool:
        """Whether there is no room for what would be given. Only trying tells: of quotas and root's own part, too."""
        made: list[str] = []
        try:
            for number in range(FILES, FILES + GIVEN):
                make(self.file(number))
                made.append(self.file(number))
        except OSError as error:
            if error.errno not in (*FULL, errno.EOPNOTSUPP):
                raise
            return error.errno in FULL
        finally:
            for path in made:
                os.unlink(path)
        return False

    def write_json(self, path: str, value: dict[str, Any], *, durable: bool = False) -> None:
        self.write(path, dumps(value).encode(), durable=durable)

    def write(self, path: str, content: bytes, *, durable: bool = False) -> None:
        """As `write_file`, on a full disk too. Raises `OSError` when nothing is left, or for more than 8 KiB."""
        try:
            write_file(path, content, durable=durable)
        except OSError as error:
            if error.errno not in FULL:
                raise
            remove(path + ".new")
            if len(content) > SIZE or not self.write_over(path, content, durable=durable):
                raise

    def write_over(self, path: str, content: bytes, *, durable: bool) -> bool:
        """Make one of them the file at `path`; False when none is left."""
        for spare, fd in self.ready():
            os.ftruncate(fd, os.pwrite(fd, content, 0))
            if durable:
                os.fsync(fd)
            if renamed(spare, path):
                if durable:
                    sync_folder(path)
                return True
        return False


def remove(path: str) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        return


def renamed(spare: str, path: str) -> bool:
    """False when the folder had no room for another name; without the spare one, it may."""
    try:
        os.rename(spare, path)
    except OSError as error:
        if error.errno not in FULL:
            raise
        os.unlink(spare)
        return False
    return True


def is_ours(fd: int, path: str) -> bool:
    """Whether it is whole, and we are the only ones who write over it or remove it."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        mine = os.fstat(fd)
        return mine.st_size == SIZE and os.path.samestat(mine, os.stat(path))
    except (BlockingIOError, FileNotFoundError):  # another effect writes over it, or just did
        return False


def has_plenty(path: str) -> bool:
    """Whether the whole reserve would be a small part of what is free. See statvfs(3)."""
    disk = os.statvfs(path)
    files_left = disk.f_favail if disk.f_files else FILES * SPARING
    return disk.f_bavail * disk.f_frsize >= FILES * SIZE * SPARING and files_left >= FILES * SPARING


def make(path: str) -> None:
    """A file with blocks of its own; it gets its name when it has them."""
    fd = os.open(path + ".new", os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.posix_fallocate(fd, 0, SIZE)
    except OSError:
        os.unlink(path + ".new")
        raise
    finally:
        os.close(fd)
    os.rename(path + ".new", path)
