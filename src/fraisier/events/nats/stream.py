"""The consumer that publishes every event on the JetStream stream FRAISIER_EVENTS.

A message carries the event's id as Nats-Msg-Id: JetStream drops what it has had within a day. After that, the newest
message of the stream says where to go on.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from fraisier.errors import ConfigurationError
from fraisier.events.consumer import DAY, Undelivered, Unwanted
from fraisier.events.event import Event
from fraisier.events.nats.access import Access
from fraisier.events.nats.subject import PREFIX, STREAM, subject_of

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.js import JetStreamContext

PATIENCE: Final = 5.0
"""Seconds for one answer of the server."""
MESSAGE_ID: Final = "Nats-Msg-Id"
INSTALLATION: Final = "Fraisier-Installation"
ONE_TRY: Final[dict[str, Any]] = {
    "allow_reconnect": False,
    "max_reconnect_attempts": 1,
    "reconnect_time_wait": 0.1,
}
"""Of each server; whoever wants more comes again."""
KEPT: Final = 1024**3
"""Bytes of the newest events that the stream keeps; the database has all of them."""


class NatsStream:
    """`locate` tells how to reach the server now, which may change; it may raise `Undelivered`."""

    name = "nats"
    from_start = True
    repeats_are_safe = True
    patience = math.inf
    longest_pause = 5.0

    def __init__(self, locate: Callable[[], Access], installation_id: str) -> None:
        self._locate = locate
        self._installation_id = installation_id
        self._client: Client | None = None
        self._stream: JetStreamContext | None = None

    def wants(self, event: Event) -> bool:  # noqa: ARG002 - every event is on the stream
        return True

    async def last(self) -> str | None:
        """The id of the stream's newest message, if it is one of ours."""
        stream = await self._connected()
        newest = (await self._answered(stream.stream_info(STREAM))).state
        if not newest.messages:
            return None
        message = await self._answered(stream.get_msg(STREAM, seq=newest.last_seq))
        return (message.headers or {}).get(MESSAGE_ID)

    async def deliver(self, event: Event) -> None:
        stream, payload = await self._connected(), event.payload()
        if self._client is not None and len(payload) > self._client.max_payload:
            raise Unwanted(
                f"NATS takes messages of {self._client.max_payload} bytes, and this has {len(payload)}."
            )
        headers = {MESSAGE_ID: event.id, INSTALLATION: self._installation_id}
        await self._answered(
            stream.publish(subject_of(event.type), payload, stream=STREAM, headers=headers, timeout=PATIENCE)
        )

    async def close(self) -> None:
        client, self._client, self._stream = self._client, None, None
        if client is not None and not client.is_closed:
            await client.close()

    async def _connected(self) -> JetStreamContext:
        if self._client is not None and self._client.is_connected and self._stream is not None:
            return self._stream
        await self.close()
        self._client = await connect(self._locate(), f"fraisier {self._installation_id}")
        stream = self._client.jetstream(timeout=PATIENCE)
        await self._answered(_ensure(stream))
        self._stream = stream
        return stream

    async def _answered(self, asked: Awaitable[Any]) -> Any:
        """The answer. Anything else closes the connection, and the next try makes a new one."""
        errors = import_module("nats.errors").Error
        try:
            async with asyncio.timeout(PATIENCE * 2):
                return await asked
        except (errors, OSError, TimeoutError) as error:
            await self.close()
            raise Undelivered(
                f"NATS did not take an event: {said(error)}.", hint="fraisier doctor"
            ) from error


async def connect(access: Access, name: str) -> Client:
    """A connection that does not repair itself. Raises `Undelivered`, or `ConfigurationError`."""
    nats = await asyncio.to_thread(import_module, "nats")
    met: list[Exception] = []

    async def keep(error: Exception) -> None:
        met.append(error)

    client: Client = nats.NATS()
    known = (nats.errors.Error, OSError, TimeoutError, ValueError, *_nkeys(access))
    try:
        async with asyncio.timeout(PATIENCE * 2):
            await client.connect(
                **access.options(), **ONE_TRY, name=name, connect_timeout=int(PATIENCE), error_cb=keep
            )
    except known as error:
        with suppress(*known, AssertionError):  # it leaves its socket open otherwise
            async with asyncio.timeout(1):
                await client.close()
        why = said(met[-1] if met else error)
        raise Undelivered(f"NATS cannot be reached: {why}.", hint="fraisier doctor") from error
    return client


def _nkeys(access: Access) -> tuple[type[Exception], ...]:
    """What a wrong key raises; the package is only needed where keys are."""
    if not (access.nkey or access.credentials):
        return ()
    try:
        return (import_module("nkeys").NkeysError,)
    except ImportError:
        raise ConfigurationError(
            "nats.nkey and nats.credentials need a package that is not installed.",
            hint="pip install 'fraisier[nkeys]'",
        ) from None


async def _ensure(stream: JetStreamContext) -> None:
    """Make the stream unless there is one: then it is somebody's own, with limits of their choice."""
    api = import_module("nats.js.api")
    not_found = import_module("nats.js.errors").NotFoundError
    try:
        await stream.stream_info(STREAM)
    except not_found:
        wanted = api.StreamConfig(
            name=STREAM,
            description="What Fraisier deploys, and how it goes.",
            subjects=[f"{PREFIX}.>"],
            storage=api.StorageType.FILE,
            discard=api.DiscardPolicy.OLD,
            max_bytes=KEPT,
            duplicate_window=DAY,
        )
        await stream.add_stream(wanted)


def said(error: BaseException) -> str:
    """One sentence without what logs us in: the text of these errors may hold the server's address."""
    match error:
        case TimeoutError():
            return "no answer in time"
        case ConnectionRefusedError():
            return "connection refused"
        case OSError():
            return error.strerror or type(error).__name__
        case _:
            text = str(error).removeprefix("nats: ").strip().strip("'")
            return type(error).__name__ if "://" in text or not text else text
