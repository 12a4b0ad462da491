"""`fraisier.log`: what commands that change something have done. Rotated, and shared by any number of processes."""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from fraisier.cli import crash, log_format

NAME: Final = "fraisier.log"
LARGEST: Final = 10 * 1024 * 1024
"""Bytes of one file."""
KEPT: Final = 5
"""Older files."""


def start() -> None:
    """Write Fraisier's records of INFO and above to the log file. Where no folder takes it, there is none."""
    _leave_out_what_no_format_shows()
    logger = logging.getLogger("fraisier")
    if (path := _place()) is not None:
        handler = logging.StreamHandler(LogFile(path))
        handler.setFormatter(log_format.chosen())
        logger.addHandler(handler)
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.INFO)
    if not logging.getLogger().handlers:
        warnings = logging.StreamHandler()
        warnings.setLevel(logging.WARNING)
        logger.addHandler(warnings)


def _leave_out_what_no_format_shows() -> None:
    """See "Optimization" in Python's Logging HOWTO: who serves writes a record for each push."""
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # noqa: SLF001 - that page names it


def _place() -> Path | None:
    """The file in the first folder that takes it. It is opened and closed, so that a full disk or missing rights show."""
    for folder in crash.folders():
        path = folder / NAME
        try:
            folder.mkdir(parents=True, exist_ok=True)
            os.close(_opened(path))
        except OSError:
            continue
        return path
    return None


def _opened(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)


class LogFile:
    """Several processes write; one of them rotates, and the others notice that the file has another name now.

    What is written at once is one write(2): nobody's line is torn by another's.
    """

    def __init__(self, path: Path, *, largest: int = LARGEST, kept: int = KEPT) -> None:
        self._path = path
        self._name = str(path)  # every record asks the disk about it, and a Path is slow at that
        self._largest = largest
        self._kept = kept
        self._file = -1
        self._identity = (0, 0)

    def write(self, text: str) -> None:
        """Raises nothing: a log that cannot be written, on a full disk for one, never stops a deployment."""
        with suppress(OSError):
            self._follow()
            os.write(self._file, text.encode(errors="replace"))

    def _follow(self) -> None:
        """Have the file open that bears the name, and that is not full."""
        try:
            there = os.stat(self._name)  # noqa: PTH116 - as above
        except FileNotFoundError:
            self._open()
            return
        if there.st_size >= self._largest:
            with suppress(OSError):  # a log that cannot be rotated grows
                self._rotate()
            self._open()
        elif (there.st_dev, there.st_ino) != self._identity:
            self._open()

    def _open(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        self._file = _opened(self._path)
        found = os.fstat(self._file)
        self._identity = found.st_dev, found.st_ino

    def _rotate(self) -> None:
        with self._alone():
            if self._path.stat().st_size < self._largest:
                return  # somebody was faster
            for number in range(self._kept - 1, 0, -1):
                with suppress(FileNotFoundError):
                    Path(f"{self._path}.{number}").replace(f"{self._path}.{number + 1}")
            self._path.replace(f"{self._path}.1")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process rotates at a time: flock(2) on the folder."""
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)
