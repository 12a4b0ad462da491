"""Files that travel to the machine in pieces, into the folder of a lane's fence. A piece that comes twice does no harm."""

from __future__ import annotations

import binascii
import os

from fraisier.hosts.runner.fence import Fence
from fraisier.hosts.runner.lean import is_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FOLDER = "received"


def receive(request: dict[str, Any]) -> dict[str, Any]:
    """Write one piece where it belongs. The first one empties the folder: what lies there was never used."""
    fence, name = Fence(request), request["name"]
    if not is_name(name, "._-", 200):
        raise ValueError(f"a file is named with at most 200 letters, digits, ., _ and -, not {name!r}")
    lock = fence.enter()
    try:
        folder = os.path.join(fence.folder, FOLDER)
        os.makedirs(folder, mode=0o700, exist_ok=True)
        path = os.path.join(folder, name)
        if request["offset"] == 0:
            clear(folder)
        write_at(path, request["offset"], binascii.a2b_base64(request["data"]))
        return {"path": path}
    finally:
        os.close(lock)


def clear(folder: str) -> None:
    for old in os.listdir(folder):
        os.unlink(os.path.join(folder, old))


def write_at(path: str, offset: int, data: bytes) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        left = memoryview(data)
        while left:
            written = os.pwrite(fd, left, offset)
            left, offset = left[written:], offset + written
    finally:
        os.close(fd)
