"""Queries to MySQL and MariaDB, by PyMySQL (the extra `mysql`)."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pymysql

from fraisier.health.database import Failed


async def ask(address: str, query: str, seconds: float) -> None:
    """`mysql://user:password@host:port/name`, with `?unix_socket=/path` for a socket."""
    try:
        await asyncio.to_thread(_run, arguments(address), query, seconds)
    except (pymysql.MySQLError, OSError, ValueError, RuntimeError) as error:
        raise Failed(": ".join(map(str, error.args)) or type(error).__name__) from error


def arguments(address: str) -> dict[str, Any]:
    """What PyMySQL is told. Raises `Failed` for what the address says and this does not know."""
    parts = urlsplit(address)
    options = dict(parse_qsl(parts.query))
    if unknown := options.keys() - {"unix_socket", "charset"}:
        raise Failed(f"the address has an unknown option {min(unknown)!r}")
    return {
        "host": parts.hostname or "localhost",
        "port": parts.port or 3306,
        "user": unquote(parts.username or "") or None,
        "password": unquote(parts.password or ""),
        "database": unquote(parts.path.lstrip("/")) or None,
        **options,
    }


def _run(to: dict[str, Any], query: str, seconds: float) -> None:
    to |= {"connect_timeout": seconds, "read_timeout": seconds, "write_timeout": seconds}
    with contextlib.closing(pymysql.connect(**to)) as connection, connection.cursor() as cursor:
        cursor.execute(query)
