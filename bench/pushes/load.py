"""Sends prepared requests over kept connections, so many at a time, and notes when each answer came."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Measured:
    """`seconds` of each answer; `statuses` how often each came."""

    seconds: list[float]
    statuses: dict[int, int]
    took: float

    @property
    def rate(self) -> float:
        return len(self.seconds) / self.took

    def percentile(self, percent: float) -> float:
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


class _Client(asyncio.Protocol):
    """One connection: the next request leaves when the last answer is there."""

    def __init__(self, requests: Iterator[bytes], seconds: list[float], statuses: dict[int, int]) -> None:
        self._requests, self._seconds, self._statuses = requests, seconds, statuses
        self._buffer = b""
        self._sent = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # it is one
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found or len(rest) < _length(head):
            return
        self._seconds.append(time.perf_counter() - self._sent)
        status = int(head[9:12])
        self._statuses[status] = self._statuses.get(status, 0) + 1
        self._buffer = b""
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server hung up"))

    def _next(self) -> None:
        request = next(self._requests, None)
        if request is None:
            if not self.done.done():
                self.done.set_result(None)
            self._transport.close()
            return
        self._sent = time.perf_counter()
        self._transport.write(request)


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


async def _send(port: int, requests: Sequence[bytes], at_a_time: int) -> Measured:
    seconds: list[float] = []
    statuses: dict[int, int] = {}
    waiting = iter(requests)
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    clients = [
        (await loop.create_connection(lambda: _Client(waiting, seconds, statuses), "127.0.0.1", port))[1]
        for _ in range(at_a_time)
    ]
    await asyncio.gather(*(client.done for client in clients))
    return Measured(seconds=seconds, statuses=statuses, took=time.perf_counter() - began)


def send(port: int, requests: Sequence[bytes], at_a_time: int) -> Measured:
    """All requests, `at_a_time` of them on the way at once."""
    return asyncio.run(_send(port, requests, at_a_time))
