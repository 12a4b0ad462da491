"""A machine that may be changed: every effect passes the lane's fence there, and is never run twice."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import msgspec

from fraisier.errors import FenceRefused, StepFailed, Unreachable
from fraisier.hosts.line import Line
from fraisier.hosts.reader import HostReader, described, result_of
from fraisier.model.command import Command, CommandResult
from fraisier.model.host import Fence, Listener, Reply
from fraisier.transport.channel import Opener
from fraisier.transport.redaction import Redactor

ENDS_WITHIN = 30.0  # seconds for a command to be stopped
SENDS_WITHIN = 60.0  # seconds for one piece of a file
PIECE = 1024 * 1024  # bytes


class FencedHost:
    """Implements `model.host.Host`.

    Its effects are numbered `<key>-1`, `<key>-2`, … The same key of the same token is the same effect: asked for
    again, it is attached to or its result returned. A new attempt needs a new key, see `during`.
    """

    def __init__(self, line: Line, fence: Fence, redactor: Redactor, key: str = "effect") -> None:
        self._line, self._fence, self._redactor, self._key = line, fence, redactor, key
        self._reader = HostReader(line, redactor)
        self._count = 0

    @property
    def name(self) -> str:
        return self._line.name

    def during(self, key: str) -> FencedHost:
        """The same machine for one attempt of one action: letters, digits, `-` and `_`, at most 90."""
        return FencedHost(self._line, self._fence, self._redactor, key)

    def behind(self, folder: str) -> FencedHost:
        """The same machine with its fence in this folder, which only a look at it could tell."""
        fence = msgspec.structs.replace(self._fence, folder=folder)
        return FencedHost(self._line, fence, self._redactor, self._key)

    async def run(self, what: Command) -> CommandResult:
        """As `Host.run`. When it is cancelled, it returns once the command is gone.

        Raises `StepFailed` too, where the machine cannot start the effect or has lost it.
        """
        self._count += 1
        request = {
            **self._fenced(),
            "effect": f"{self._key}-{self._count}",
            **described(what, self._redactor),
        }
        try:
            value = await self._line.ask({"do": "run", **request}, deadline=what.deadline)
        except asyncio.CancelledError:
            await self._stop(request)
            raise
        return result_of(value, self._redactor)

    async def send(self, source: str, name: str) -> str:
        """As `Host.send`; what a broken connection has lost is sent again."""
        sent = ""
        with await asyncio.to_thread(open, source, "rb") as file:
            offset = 0
            while (data := await asyncio.to_thread(file.read, PIECE)) or not offset:
                piece = {"name": name, "offset": offset, "data": base64.b64encode(data).decode()}
                question = {"do": "receive", **self._fenced(), **piece}
                sent = (await self._line.ask(question, deadline=SENDS_WITHIN))["path"]
                offset += len(data)
                if len(data) < PIECE:
                    break
        return sent

    async def raise_fence(self) -> None:
        """Refuse older tokens from now on, and end what they left running. Raises `FenceRefused`."""
        await self._line.ask({"do": "raise_fence", **self._fenced()}, deadline=ENDS_WITHIN)

    async def adopt_fence(self) -> None:
        """As `raise_fence`, and take the fence away from another installation first."""
        await self._line.ask({"do": "adopt_fence", **self._fenced()}, deadline=ENDS_WITHIN)

    async def look(self, what: Command) -> CommandResult:
        return await self._reader.look(what)

    async def read_text(self, path: str) -> str | None:
        return await self._reader.read_text(path)

    async def read_link(self, path: str) -> str | None:
        return await self._reader.read_link(path)

    async def real_path(self, path: str) -> str:
        return await self._reader.real_path(path)

    async def list_folder(self, path: str) -> list[str] | None:
        return await self._reader.list_folder(path)

    async def room(self, path: str) -> int | None:
        return await self._reader.room(path)

    async def working_folders(self) -> list[str]:
        return await self._reader.working_folders()

    async def listeners(self, port: int) -> list[Listener]:
        return await self._reader.listeners(port)

    async def process_tree(self, pid: int) -> list[int]:
        return await self._reader.process_tree(pid)

    async def recorded(self, *paths: str) -> list[list[int]]:
        return await self._reader.recorded(*paths)

    async def get(self, url: str, *, within: float) -> Reply:
        return await self._reader.get(url, within=within)

    async def connect(self, address: str, port: int, *, within: float) -> Reply:
        return await self._reader.connect(address, port, within=within)

    def _fenced(self) -> dict[str, Any]:
        return {"fence": msgspec.to_builtins(self._fence)}

    async def _stop(self, request: dict[str, Any]) -> None:
        """A newer owner has stopped it already, or will: then there is nothing left for us to do."""
        with suppress(FenceRefused, StepFailed, Unreachable):
            await self._line.ask({"do": "kill", **request}, deadline=ENDS_WITHIN)


@asynccontextmanager
async def open_host(opener: Opener, fence: Fence, redactor: Redactor) -> AsyncIterator[FencedHost]:
    """One machine for one deployment. It is touched by the first effect, not by this. Raises `Unreachable`."""
    line = Line(opener, redactor)
    try:
        await line.open()
        yield FencedHost(line, fence, redactor)
    finally:
        await line.close()


@asynccontextmanager
async def open_reader(opener: Opener, redactor: Redactor) -> AsyncIterator[HostReader]:
    """Look at a machine, for `status`, `logs` and `doctor`. Raises `Unreachable`."""
    line = Line(opener, redactor)
    try:
        await line.open()
        yield HostReader(line, redactor)
    finally:
        await line.close()
