"""The server and the observer, side by side in one process and one event loop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import click
import uvicorn

from fraisier.config import FraisierConfig
from fraisier.database import Database
from fraisier.errors import ConfigurationError
from fraisier.server.app import create_app
from fraisier.server.patience import PatientProtocol
from fraisier.server.readiness import Readiness
from fraisier.server.reload import Configurable, Reload
from fraisier.server.rules import rules
from fraisier.server.webhook import Webhooks

log = logging.getLogger(__name__)


class Observer(Protocol):
    """Runs what the database's queue holds until it is told to stop."""

    async def run(self) -> None:
        """Returns after `stop`, when what was running is finished or parked."""
        ...

    def wake(self) -> None:
        """Look at the queue now."""
        ...

    def stop(self) -> None:
        """Claim nothing more."""
        ...

    def configure(self, config: FraisierConfig) -> None:
        """From now on the configuration is this one."""
        ...


class Quiet(uvicorn.Server):
    """A server that leaves signals to whoever runs it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(  # noqa: PLR0913 - the parts that it is made of
    config: FraisierConfig,
    database: Database,
    observer: Observer,
    host: str,
    port: int,
    *,
    announce: Callable[[str], None] = click.echo,
    readiness: Readiness | None = None,
    reloads: Sequence[Configurable] = (),
) -> None:
    """Serve until SIGTERM or SIGINT, then end gracefully; a second signal ends at once. SIGHUP reads fraises.yaml again.

    What `reloads` gets the new configuration, too. Port 0 takes a free one. `announce` gets the bound address as soon as requests are taken. Raises
    `ConfigurationError` when the address cannot be bound, and whatever ended the observer.
    """
    webhooks = Webhooks(rules(config), database, wake=observer.wake)
    if webhooks.rules.keyring.is_empty:
        log.warning("no webhook secret is configured: every delivery is refused; set FRAISIER_WEBHOOK_SECRET")
    readiness = readiness or Readiness()
    bound = listen(host, port)
    work = asyncio.create_task(observer.run(), name="observer")
    readiness.add("observer", lambda: not work.done())
    app = create_app(webhooks, database, readiness)
    server = Quiet(
        uvicorn.Config(
            app,
            http=PatientProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=500,
            timeout_graceful_shutdown=5,
        )
    )
    announce(f"Fraisier listens on {' and '.join(map(address, bound))}")
    reload = Reload(config, webhooks, (observer, *reloads), announce)
    with _signals(observer, server, work, reload):
        await _together(server, bound, observer, work)


def listen(host: str, port: int) -> list[socket.socket]:
    """Sockets on every address of the host (`localhost` has two), all on one port.

    Raises `ConfigurationError` when an address is taken, unknown or forbidden.
    """
    bound: list[socket.socket] = []
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, where in dict.fromkeys((family, where[0]) for family, _, _, _, where in found):
            bound.append(_socket(family, where, bound[0].getsockname()[1] if bound else port))
    except OSError as error:
        for each in bound:
            each.close()
        raise ConfigurationError(
            f"Cannot listen on {host}:{port}: {error.strerror or error}.",
            hint="Choose another --host or --port, or end what uses this one.",
        ) from error
    return bound


def address(bound: socket.socket) -> str:
    """Where a socket listens, as a URL."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _socket(family: int, host: str | int, port: int) -> socket.socket:
    one = socket.socket(
        family, socket.SOCK_STREAM, socket.IPPROTO_TCP
    )  # asyncio sets TCP_NODELAY on these alone
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        one.bind((host, port))
        one.listen(2048)
    except OSError:
        one.close()
        raise
    return one


async def _together(
    server: uvicorn.Server, bound: list[socket.socket], observer: Observer, work: asyncio.Task[None]
) -> None:
    """Neither outlives the other: a server without an observer would accept what nobody runs."""
    doors = asyncio.create_task(server.serve(sockets=bound), name="server")
    try:
        await asyncio.wait({doors, work}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        server.should_exit = True
        observer.stop()
        results = await asyncio.gather(doors, work, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, asyncio.CancelledError):
            raise result


@contextlib.contextmanager
def _signals(
    observer: Observer, server: uvicorn.Server, work: asyncio.Task[None], reload: Reload
) -> Iterator[None]:
    loop = asyncio.get_running_loop()

    def end() -> None:
        if server.should_exit:
            server.force_exit = True
            work.cancel()
        server.should_exit = True
        observer.stop()

    handlers = {signal.SIGTERM: end, signal.SIGINT: end, signal.SIGHUP: reload.soon}
    for number, handler in handlers.items():
        loop.add_signal_handler(number, handler)
    try:
        yield
    finally:
        for number in handlers:
            loop.remove_signal_handler(number)
