"""Feeds one consumer: event after event, in order, from where it was left. What fails delays nobody else."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, TypeVar

from fraisier.database import Database
from fraisier.database.threads import in_thread
from fraisier.errors import DatabaseError, FraiseQLError, LeaseLost
from fraisier.events.consumer import Consumer, Undelivered, Unwanted
from fraisier.events.event import Event, LogsUrl, event_of
from fraisier.events.lead import Lead

log = logging.getLogger(__name__)
T = TypeVar("T")

BATCH: Final = 100
TOLD: Final = 3
"""The attempt after which a person might want to know."""
GRACE: Final = 5.0
"""Seconds that a delivery which has begun gets to end when we are told to."""


def pause_before(attempt: int, longest: float) -> float:
    """Seconds before a further attempt: 1, 2, 4 … up to the longest."""
    return min(longest, 2.0 ** min(attempt - 1, 16))


def _heed_cancellation() -> None:
    """What a consumer awaits may have kept a cancellation to itself: `asyncio.wait_for` of Python 3.11 does when the
    answer comes in the same moment (bpo-37658). Nobody would tell us a second time.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


class Pump:
    """Runs until it is cancelled; finishes the delivery that has begun. Raises `LeaseLost` and `DatabaseError`."""

    def __init__(self, database: Database, lead: Lead, consumer: Consumer, logs_url: LogsUrl) -> None:
        self._database = database
        self._lead = lead
        self._logs_url = logs_url
        self.consumer = consumer
        self._position = 0
        self._woken = asyncio.Event()
        self._hurried = asyncio.Event()

    def wake(self) -> None:
        """There is something new."""
        self._woken.set()

    def hurry(self) -> None:
        """Do not wait for the next try."""
        self._hurried.set()

    async def run(self, position: int) -> None:
        """Feed everything after `position`, and what comes."""
        self._position = position
        try:
            await self._ask_the_receiver()
            while True:
                self._woken.clear()
                await self._send_again()
                if not await self._send_next():
                    await self._woken.wait()
        finally:
            await self.consumer.close()

    async def _ask_the_receiver(self) -> None:
        """What has arrived already, and was not written down when its sender died, is not sent again."""
        last = await self._insist(self.consumer.last)
        row = await in_thread(self._database.row, "event", id=last) if last else None
        if row and row["seq"] > self._position:
            await self._move(row["seq"])

    async def _send_next(self) -> bool:
        """Deliver the next batch; False when there was nothing."""
        rows = await in_thread(self._database.rows, "events", after=self._position, limit=BATCH)
        behind = self._position
        for row in rows:
            event = event_of(row, self._logs_url)
            if not self.consumer.wants(event) or await self._send(event):
                behind = event.seq
        if behind > self._position:
            await self._move(behind)
        return bool(rows)

    async def _send(self, event: Event) -> bool:
        """Whether the position still has to be written."""
        try:
            await self._insist(functools.partial(self._deliver, event), event)
        except Unwanted as error:
            log.warning(
                "%s did not get %s (%s): %s", self.consumer.name, event.type, event.seq, error.message
            )
            await self._lead.write(
                "fn_give_up_event",
                consumer=self.consumer.name,
                seq=event.seq,
                error=error.message,
                attempts=1,
            )
            self._position = event.seq
            return False
        return self.consumer.repeats_are_safe

    async def _deliver(self, event: Event) -> None:
        await self._finish(self._once(event))

    async def _once(self, event: Event) -> None:
        await self.consumer.deliver(event)
        if not self.consumer.repeats_are_safe:
            await self._move(event.seq)

    async def _send_again(self) -> None:
        """What somebody asked to be sent once more; each is tried once."""
        name = self.consumer.name
        for row in await in_thread(self._database.rows, "deliveries", consumer=name, status="again"):
            event = event_of(row, self._logs_url)
            self._lead.check()
            try:
                await self._finish(self._attempt(functools.partial(self.consumer.deliver, event)))
            except (Undelivered, Unwanted) as error:
                told = {"seq": event.seq, "error": error.message, "attempts": 1}
                await self._lead.write("fn_give_up_event", consumer=name, **told)
            else:
                await self._lead.write("fn_deliver_again", delivery=row["pk_event_delivery"])

    async def _insist(self, attempt: Callable[[], Awaitable[T]], event: Event | None = None) -> T:
        """Try until it works. Raises `Unwanted` when the event has become too old, or the receiver refuses it."""
        attempts = 0
        while True:
            self._lead.check()
            try:
                return await self._attempt(attempt)
            except Undelivered as error:
                attempts += 1
                if event is not None and event.age > self.consumer.patience:
                    raise Unwanted(f"{error.message} It was tried for a day.", hint=error.hint) from error
                pause = max(error.pause, pause_before(attempts, self.consumer.longest_pause))
                await self._lead.write(
                    "fn_keep_failure", consumer=self.consumer.name, error=error.message, pause=pause
                )
                log.log(
                    logging.WARNING if attempts == TOLD else logging.INFO,
                    "%s: %s The next try is in %.0f s.",
                    self.consumer.name, error.message, pause,
                )  # fmt: skip
                await self._rest(pause)

    async def _attempt(self, attempt: Callable[[], Awaitable[T]]) -> T:
        try:
            return await attempt()
        except (Undelivered, Unwanted, LeaseLost, DatabaseError):
            raise
        except FraiseQLError as error:  # a secret without a value, a package that is missing
            raise Undelivered(error.message, hint=error.hint) from error
        except Exception as bug:  # a library's or ours: it is shown as undelivered, and the others go on
            log.exception("consumer %s", self.consumer.name)
            raise Undelivered(f"unexpected {type(bug).__name__}.", hint="A bug; see the log.") from bug
        finally:
            _heed_cancellation()

    async def _rest(self, pause: float) -> None:
        self._hurried.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._hurried.wait()

    async def _finish(self, work: Awaitable[T]) -> T:
        """A delivery that has begun is seen to its end, for a while, even when we are told to go."""
        running = asyncio.ensure_future(work)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            await asyncio.wait([running], timeout=GRACE)
            running.cancel()
            raise

    async def _move(self, position: int) -> None:
        await self._lead.write("fn_move_consumer", consumer=self.consumer.name, position=position)
        self._position = position
