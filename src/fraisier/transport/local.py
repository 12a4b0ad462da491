"""The machine Fraisier itself runs on, reached through a child process."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from typing import Final

from fraisier.errors import Unreachable
from fraisier.transport.channel import BOOT_LINE, LONGEST_LINE, PYTHON_OPTIONS, Channel

ENDS_WITHIN = 5.0  # seconds a child may take to notice that its input has ended


class Local:
    """Opens channels to this machine. `python` is the interpreter that runs the program."""

    name = "localhost"

    def __init__(self, python: str = sys.executable) -> None:
        self._python = python

    async def open(self) -> Channel:
        """Start it in a session of its own: a Ctrl-C in our terminal is for us alone."""
        argv = (self._python, *PYTHON_OPTIONS, "-c", BOOT_LINE)
        try:
            process = await asyncio.create_subprocess_exec(
                *argv, stdin=PIPE, stdout=PIPE, stderr=PIPE, start_new_session=True, limit=LONGEST_LINE
            )
        except OSError as error:
            raise Unreachable(
                f"{self._python} does not start: {error.strerror}",
                hint="Fraisier was installed with it; is its environment still there?",
            ) from error
        return LocalChannel(process)


local_channel: Final = Local()


class LocalChannel:
    def __init__(self, process: Process) -> None:
        if process.stdin is None or process.stdout is None or process.stderr is None:
            raise ValueError("a channel needs all three pipes of its process")
        self._process, self._in, self._out, self._err = process, process.stdin, process.stdout, process.stderr

    @property
    def pid(self) -> int:
        return self._process.pid

    async def send(self, data: bytes) -> None:
        self._in.write(data)
        await self._in.drain()

    async def receive(self) -> bytes:
        return await self._out.readline()

    async def close(self) -> str:
        self._in.close()
        try:
            async with asyncio.timeout(ENDS_WITHIN):
                complaint = await self._err.read()
                await self._out.read()
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            complaint = b"it did not end with its input, and was killed"
            await self._process.wait()
        return complaint.decode("utf-8", "replace").strip()
