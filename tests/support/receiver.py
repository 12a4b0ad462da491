"""A consumer of events that writes into a file, and fails when told to."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from fraisier.database import Database
from fraisier.events.consumer import DAY, Undelivered, Unwanted
from fraisier.events.event import Event
from fraisier.events.nats.access import Access
from fraisier.events.nats.stream import NatsStream
from fraisier.events.relay import Relay


class Receiver:
    """Told every event. `down`: it cannot be reached; `refuses`: types that it does not take."""

    from_start = True
    repeats_are_safe = False
    longest_pause = 0.05
    patience = DAY

    def __init__(self, name: str, file: Path | None = None) -> None:
        self.name = name
        self.file = file
        self.got: list[int] = []
        self.down = False
        self.refuses: set[str] = set()
        self.knows_last = False
        self.closed = False

    def wants(self, event) -> bool:
        return not event.type.startswith("boring.")

    async def last(self):
        lines = self.file.read_text().splitlines() if self.file and self.file.exists() else []
        return lines[-1].split()[1] if lines and self.knows_last else None

    async def deliver(self, event) -> None:
        if self.down:
            raise Undelivered("It is down.")
        if event.type in self.refuses:
            raise Unwanted("It does not want this.")
        self.got.append(event.seq)
        if self.file:
            with self.file.open("a") as out:
                out.write(f"{event.seq} {event.id}\n")

    async def close(self) -> None:
        self.closed = True


def tell(database: Database, *types: str) -> None:
    for kind in types:
        database.call("fn_record_event", type=kind, fraise="shop", environment="production")


async def until(condition, seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - it is the database that is asked
            await asyncio.sleep(0.02)


@asynccontextmanager
async def relaying(database: Database, *receivers: Receiver, lease: float = 30):
    task = asyncio.create_task(Relay(database, receivers, lease=lease).run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def main() -> None:
    """`python receiver.py DATABASE FILE LEASE WAY`: a relay in a process of its own; FILE may be a NATS address.

    `die`: it is killed between the third delivery and the note of it; `die-known`: and the receiver knows what it got.
    """
    path, where, lease, way = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]), sys.argv[4]
    if where.startswith("nats://"):
        consumer: Any = NatsStream(lambda: Access(servers=(where,)), "inst")
    else:
        consumer = Receiver("file", Path(where))
        consumer.knows_last = way.endswith("known")
    if way.startswith("die"):
        consumer.deliver = dying(consumer.deliver)
    asyncio.run(Relay(Database(path), [consumer], lease=lease).run())


def dying(deliver: Callable[[Event], Awaitable[None]]) -> Callable[[Event], Awaitable[None]]:
    delivered: list[Event] = []

    async def deliver_and_die(event: Event) -> None:
        await deliver(event)
        delivered.append(event)
        if len(delivered) == 3:
            os.kill(os.getpid(), signal.SIGKILL)

    return deliver_and_die


if __name__ == "__main__":
    main()
