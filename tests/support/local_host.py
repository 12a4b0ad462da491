"""This machine as a `Host` without a fence: real processes, nothing recorded."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from fraisier.model.command import Command, CommandResult
from fraisier.model.host import Listener
from fraisier.model.secret import Secret

CLEAN = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": "/nonexistent", "LANG": "C.UTF-8"}
T = TypeVar("T")
KEPT = 64 * 1024


class LocalHost:
    """`user` is the numeric id that commands run as (only root can have another one than its own); `world` is
    what their clean environment holds besides.
    """

    name = "localhost"

    def __init__(self, *, user: int | None = None, world: dict[str, str] | None = None) -> None:
        self.user = user
        self.world = {**CLEAN, **(world or {})}
        self.commands: list[Command] = []
        self.started: Callable[[int], None] = lambda pid: None

    async def run(self, what: Command) -> CommandResult:
        self.commands.append(what)
        began = time.monotonic()
        process = await asyncio.create_subprocess_exec(
            *what.argv,
            env={**self.world, **_plain(what)},
            cwd=what.cwd or "/",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            user=self.user,
            extra_groups=[] if self.user is not None else None,
        )
        self.started(process.pid)
        stdin = "".join(part.reveal() if isinstance(part, Secret) else part for part in what.stdin)
        try:
            async with asyncio.timeout(what.deadline):
                output, _ = await process.communicate(stdin.encode())
            timed_out = False
        except TimeoutError:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
            output, timed_out = b"", True
        return CommandResult(
            exit_code=process.returncode or 0,
            output=output[-KEPT:].decode(errors="replace"),
            seconds=time.monotonic() - began,
            timed_out=timed_out,
        )

    look = run

    async def read_text(self, path: str) -> str | None:
        return await asyncio.to_thread(_read, Path(path).read_text)

    async def read_link(self, path: str) -> str | None:
        return await asyncio.to_thread(_read, lambda: str(Path(path).readlink()))

    async def real_path(self, path: str) -> str:
        return await asyncio.to_thread(lambda: str(Path(path).resolve()))

    async def list_folder(self, path: str) -> list[str] | None:
        return await asyncio.to_thread(_read, lambda: sorted(one.name for one in Path(path).iterdir()))

    async def listeners(self, port: int) -> list[Listener]:
        raise NotImplementedError

    async def process_tree(self, pid: int) -> list[int]:
        raise NotImplementedError


class LocalSite:
    """One step's site on this machine; `said` keeps what people were told."""

    def __init__(self, host: LocalHost, references: dict[str, str] | None = None) -> None:
        self.host = host
        self.said: list[str] = []
        self._references = references or {}

    def resolve(self, text: str) -> str | Secret:
        whole = text
        for name, value in self._references.items():
            whole = whole.replace(f"${{{name}}}", value)
        return whole if whole == text else Secret(whole)

    def say(self, text: str) -> None:
        self.said.append(text)


def _plain(what: Command) -> dict[str, str]:
    return {name: value.reveal() if isinstance(value, Secret) else value for name, value in what.env.items()}


def _read(look: Callable[[], T]) -> T | None:
    try:
        return look()
    except OSError:
        return None
