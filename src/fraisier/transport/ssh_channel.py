"""A channel over SSH, with the connection that carries it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

import asyncssh

ENDS_WITHIN: Final = 5.0  # seconds the other end may take to notice that its input has ended
KEPT: Final = 4096  # bytes of what it complained about last


class SshChannel(asyncssh.SSHClientSession[bytes]):
    """Implements `transport.channel.Channel`. `left` is called when the connection is closed."""

    def __init__(self, connection: asyncssh.SSHClientConnection, left: Callable[[], Awaitable[None]]) -> None:
        self._connection, self._left = connection, left
        self._channel: asyncssh.SSHClientChannel[bytes] | None = None
        self._heard, self._complaint = bytearray(), bytearray()
        self._news, self._writable, self._over = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._writable.set()
        self._why = ""

    def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
        self._channel = chan

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        if datatype == asyncssh.EXTENDED_DATA_STDERR:
            self._complaint += data
            del self._complaint[:-KEPT]
        else:
            self._heard += data
            self._news.set()

    def eof_received(self) -> bool:
        self._end()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._why = str(exc) if exc else ""
        self._over.set()
        self._end()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    async def send(self, data: bytes) -> None:
        if self._channel is None or self._over.is_set():
            raise ConnectionError(self._why or "the SSH connection ended")
        try:
            self._channel.write(data)
        except OSError as error:
            raise ConnectionError(self._why or str(error)) from error
        await self._writable.wait()

    async def receive(self) -> bytes:
        searched = 0
        while True:
            self._news.clear()
            end = self._heard.find(b"\n", searched)
            if end >= 0:
                line = bytes(self._heard[: end + 1])
                del self._heard[: end + 1]
                return line
            if self._over.is_set() and self._why:
                raise ConnectionError(self._why)
            if self._ended:
                return b""
            searched = len(self._heard)
            await self._news.wait()

    async def close(self) -> str:
        """A connection that does not end by itself is cut."""
        try:
            async with asyncio.timeout(ENDS_WITHIN):
                if self._channel is not None and not self._over.is_set():
                    with suppress(OSError):
                        self._channel.write_eof()
                    await self._over.wait()
                self._connection.close()
                await self._connection.wait_closed()
        except TimeoutError:
            self._connection.abort()
            await self._connection.wait_closed()
        finally:
            await self._left()
        return self._complaint.decode("utf-8", "replace").strip()

    _ended = False

    def _end(self) -> None:
        self._ended = True
        self._news.set()
        self._writable.set()
