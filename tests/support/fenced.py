"""A fence folder on this machine, hosts with any token over it, and ways to see what they leave behind."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import uuid
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from fraisier.hosts.fenced import FencedHost, open_host
from fraisier.model.host import Fence
from fraisier.transport.channel import Channel
from fraisier.transport.local import Local
from fraisier.transport.redaction import Redactor


class Way(Local):
    """The way to this machine; remembers the host runners it has started."""

    def __init__(self, python: str = sys.executable) -> None:
        super().__init__(python)
        self.pids: list[int] = []

    async def open(self) -> Channel:
        channel = await super().open()
        self.pids.append(channel.pid)
        return channel

    def cut(self) -> None:
        """kill -9 the host runner that was started last."""
        os.kill(self.pids[-1], signal.SIGKILL)


class Fenced:
    """`marker` stands in the arguments of every process that a test wants to find again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.way, self.redactor = Way(), Redactor()
        self.marker = f"marker{uuid.uuid4().hex}"

    def host(self, token: int, *, installation: str = "here") -> AbstractAsyncContextManager[FencedHost]:
        fence = Fence(
            installation_id=installation, lane="shop/production", token=token, folder=str(self.folder)
        )
        return open_host(self.way, fence, self.redactor)

    def file(self, token: int, name: str) -> Path:
        return self.folder / "effects" / f"{token}.{name}"

    def change(self, file: Path, **values: Any) -> None:
        file.write_text(json.dumps(json.loads(file.read_text()) | values))

    def supervisor(self, token: int, effect: str) -> int:
        return json.loads(self.file(token, f"{effect}.json").read_text())["pid"]

    def running(self) -> list[int]:
        return [pid for pid, words in arguments().items() if self.marker in words]


def arguments() -> dict[int, str]:
    """What stands in /proc/PID/cmdline of every process; zombies have none."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                found[int(folder.name)] = (folder / "cmdline").read_bytes().decode("utf-8", "replace")
            except OSError:
                continue
    return found


async def until(condition: Callable[[], Any], seconds: float = 15) -> None:
    for _ in range(int(seconds * 100)):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError("it never came to pass")
