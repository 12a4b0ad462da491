"""`fraisier.log`: what commands that change something have done. Rotated, and shared by any number of processes."""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

from fraisier.cli import crash, log_format

NAME: Final = "fraisier.log"
LARGEST: Final = 10 * 1024 * 1024
"""Bytes of one file; five older ones are kept."""


def start() -> None:
    """Write Fraisier's records of INFO and above to the log file. Where no folder takes it, there is none."""
    logger = logging.getLogger("fraisier")
    if (path := _place()) is not None:
        handler = LogFile(
            path, maxBytes=LARGEST, backupCount=5, encoding="utf-8", errors="replace", delay=True
        )
        handler.setFormatter(log_format.chosen())
        logger.addHandler(handler)
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.INFO)
    if not logging.getLogger().handlers:
        warnings = logging.StreamHandler()
        warnings.setLevel(logging.WARNING)
        logger.addHandler(warnings)


def _place() -> Path | None:
    """The file in the first folder that takes it. It is opened and closed, so that a full disk or missing rights show."""
    for folder in crash.folders():
        path = folder / NAME
        try:
            folder.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640))
        except OSError:
            continue
        return path
    return None


class LogFile(RotatingFileHandler):
    """Several processes write; one of them rotates, and the others notice that the file has another name now."""

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError):
            self._follow()
        super().emit(record)

    def shouldRollover(self, _record: logging.LogRecord) -> bool:  # noqa: N802 - the name is the standard library's
        """Whether the file is full; a last record may stand over the edge."""
        if self.stream is None:
            self.stream = self._open()
        return os.fstat(self.stream.fileno()).st_size >= self.maxBytes

    def doRollover(self) -> None:  # noqa: N802 - the name is the standard library's
        """Raises nothing: a log that cannot be rotated grows."""
        with suppress(OSError), self._alone():
            if not self._moved():
                super().doRollover()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - as above
        """A log that cannot be written, on a full disk for one, never stops a deployment."""

    def _follow(self) -> None:
        if self.stream is not None and self._moved():
            self.stream.close()
            self.stream = self._open()

    def _moved(self) -> bool:
        """Whether another process has rotated the file that we have open."""
        if self.stream is None:
            return False
        ours = os.fstat(self.stream.fileno())
        try:
            there = os.stat(self.baseFilename)  # noqa: PTH116 - every record asks, and a Path is slow to make
        except FileNotFoundError:
            return True
        return (ours.st_dev, ours.st_ino) != (there.st_dev, there.st_ino)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process rotates at a time: flock(2) on the folder."""
        folder = os.open(Path(self.baseFilename).parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)
