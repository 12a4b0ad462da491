"""TCP ports that no other test is given, across pytest-xdist workers and checkouts."""

from __future__ import annotations

import fcntl
import itertools
import os
import socket
import tempfile
from pathlib import Path

FOLDER = Path(tempfile.gettempdir()) / f"fraisier-test-ports-{os.getuid()}"
RANGE = range(20_000, 32_000)  # below the ports the kernel gives to outgoing connections
_held: dict[int, int] = {}
_next = itertools.cycle(RANGE)
for _ in range(os.getpid() * 37 % len(RANGE)):
    next(_next)


def free_port() -> int:
    """A port that nothing listens on and that stays ours until this process ends."""
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    for port in itertools.islice(_next, len(RANGE)):
        if port not in _held and _claim(port):
            return port
    raise RuntimeError("every port for tests is taken")


def _claim(port: int) -> bool:
    lock = os.open(FOLDER / str(port), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
    except OSError:
        os.close(lock)
        return False
    _held[port] = lock
    return True
