"""The one relay: whichever process leads reads the outbox and feeds every consumer; the others stand by."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from fraisier.database import Database
from fraisier.database.threads import in_thread
from fraisier.errors import DatabaseError, LeaseLost
from fraisier.events.consumer import Consumer
from fraisier.events.event import logs_url
from fraisier.events.lead import Lead
from fraisier.events.pump import Pump

log = logging.getLogger(__name__)

POLL: Final = 0.5
"""Seconds between two looks at the outbox."""


class Relay:
    """Feeds `consumers` while this process leads. The lease lives for `lease` seconds; `logs` is `logs_url` of the configuration."""

    def __init__(
        self,
        database: Database,
        consumers: Sequence[Consumer],
        *,
        lease: float = 30.0,
        logs: str | None = None,
    ) -> None:
        self._database = database
        self._consumers = consumers
        self._logs_url = logs_url(logs)
        self._lead = Lead(database, f"{os.uname().nodename}:{os.getpid()}", lease)

    async def run(self) -> None:
        """Lead, or wait to lead, until cancelled. Without any consumer it only forgets those that were."""
        while True:
            try:
                if await self._is_free() and await self._lead.take():
                    await self._feed()
            except* LeaseLost as lost:
                log.info("%s", lost.exceptions[0])
            except* DatabaseError as error:
                log.warning("events wait: %s", error.exceptions[0])
            finally:
                with suppress(DatabaseError):
                    await self._lead.leave()
            if not self._consumers:
                return
            await asyncio.sleep(POLL)

    async def register(self) -> None:
        """Let new consumers begin with what happens from now on."""
        for consumer in self._consumers:
            await self._position(consumer)

    async def drain(self, seconds: float) -> None:
        """Lead until everybody has got everything or cannot be reached; at most so many seconds.

        Does nothing while another process leads: that one does it.
        """
        if not (await self._is_free() and await self._lead.take()):
            return
        feeding = asyncio.create_task(self._feed(forgetting=False))
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    while not (feeding.done() or await self._has_told()):  # noqa: ASYNC110 - the database is asked
                        await asyncio.sleep(POLL / 10)
        finally:
            feeding.cancel()
            await asyncio.wait([feeding])
            if not feeding.cancelled() and (error := feeding.exception()):
                log.warning("events wait: %s", error)
            await self._lead.leave()

    async def _has_told(self) -> bool:
        names = {consumer.name for consumer in self._consumers}
        rows = await in_thread(self._database.rows, "outbox")
        waiting = [row for row in rows if row["name"] in names and (row["lag"] or row["again"])]
        return all(row["failing_since"] for row in waiting)

    async def _is_free(self) -> bool:
        row = await in_thread(self._database.row, "relay")
        return row is None or not row["valid"]

    async def _feed(self, *, forgetting: bool = True) -> None:
        if forgetting:
            names = [consumer.name for consumer in self._consumers]
            await self._lead.write("fn_forget_consumers", names=names)
        async with asyncio.TaskGroup() as group:
            pumps = [
                Pump(self._database, self._lead, consumer, self._logs_url) for consumer in self._consumers
            ]
            for pump in pumps:
                group.create_task(pump.run(await self._position(pump.consumer)), name=pump.consumer.name)
            if pumps:
                group.create_task(self._renew(), name="relay")
                group.create_task(self._watch(pumps), name="outbox")

    async def _position(self, consumer: Consumer) -> int:
        row = await in_thread(
            self._database.call,
            "fn_register_consumer",
            consumer=consumer.name,
            from_start=int(consumer.from_start),
        )
        return int(row["position"]) if row else 0

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(self._lead.seconds / 3)
            await self._lead.renew()

    async def _watch(self, pumps: Sequence[Pump]) -> None:
        """Wake who has something to do."""
        while True:
            await asyncio.sleep(POLL)
            rows = {row["name"]: row for row in await in_thread(self._database.rows, "outbox")}
            for pump in pumps:
                row = rows.get(pump.consumer.name)
                if row is None:
                    raise LeaseLost(f"{pump.consumer.name} was forgotten by somebody else.")
                if row["next_try_at"] is None:
                    pump.hurry()
                if row["lag"] or row["again"]:
                    pump.wake()
