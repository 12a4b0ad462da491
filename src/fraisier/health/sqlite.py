"""Queries to a SQLite file: `sqlite:///data/shop.db` and `sqlite:////srv/shop.db` are both below /."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from urllib.parse import quote

from fraisier.health.database import Failed


async def ask(address: str, query: str, seconds: float) -> None:
    """The file must exist: it is never made here."""
    path = "/" + address.partition("://")[2].partition("?")[0].lstrip("/")
    try:
        with contextlib.closing(_open(path, seconds)) as connection:
            await _interruptible(connection, query)
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise Failed(f"{path}: {error}") from error


def _open(path: str, seconds: float) -> sqlite3.Connection:
    address = f"file:{quote(path)}?mode=rw"
    return sqlite3.connect(address, uri=True, timeout=seconds, check_same_thread=False)


async def _interruptible(connection: sqlite3.Connection, query: str) -> None:
    """A connection must not be closed while a thread still uses it."""
    running = asyncio.create_task(asyncio.to_thread(_run, connection, query))
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        connection.interrupt()
        await asyncio.gather(running, return_exceptions=True)
        raise


def _run(connection: sqlite3.Connection, query: str) -> None:
    connection.execute(query).fetchone()
