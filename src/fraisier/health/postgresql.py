"""Queries to PostgreSQL, by psycopg (the extra `postgres`)."""

from __future__ import annotations

import psycopg

from fraisier.health.database import Failed


async def ask(address: str, query: str, seconds: float) -> None:
    """The address is libpq's own: https://www.postgresql.org/docs/current/libpq-connect.html"""
    del seconds
    url = "postgresql://" + address.partition("://")[2]
    try:
        async with await psycopg.AsyncConnection.connect(url, application_name="fraisier") as connection:
            await connection.execute(query.encode())
            await connection.rollback()
    except psycopg.Error as error:
        raise Failed(str(error) or type(error).__name__) from error
