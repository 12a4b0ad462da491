"""Opening one connection."""

from __future__ import annotations

import errno
import os
import sqlite3
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path

from fraisier.database.sqlite import schema, script
from fraisier.database.sqlite.filesystem import refuse_network
from fraisier.errors import DatabaseError

OLDEST_SQLITE = (3, 31, 0)  # generated columns


def to_write(path: Path) -> sqlite3.Connection:
    """A connection to a file with the newest schema, both made when missing: the file 0600, its folder 0700."""
    _make(path)
    refuse_network(path)
    connection = _connect(path, "rw")
    try:
        _run(connection, "wal")
        if not schema.check(connection, path):
            schema.bring_up_to_date(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def to_read(path: Path) -> sqlite3.Connection:
    """A connection that cannot change anything, for a user who may only read.

    Without a `-wal` file beside it nobody writes, and SQLite needs telling, because it could not make one.
    """
    refuse_network(path)
    quiet = not path.with_name(f"{path.name}-wal").exists()
    connection = _connect(path, "ro&immutable=1" if quiet else "ro")
    try:
        schema.require(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def as_it_is(path: Path) -> sqlite3.Connection:
    """A connection that upgrades nothing: for looking at a database, and copying it. Raises `DatabaseError`."""
    refuse_network(path)
    if os.access(path, os.R_OK | os.W_OK):
        return _connect(path, "rw")
    quiet = not path.with_name(f"{path.name}-wal").exists()
    return _connect(path, "ro&immutable=1" if quiet else "ro")


def begin(connection: sqlite3.Connection) -> None:
    _run(connection, "begin")


def set_savepoint(connection: sqlite3.Connection) -> None:
    _run(connection, "savepoint")


def undo(connection: sqlite3.Connection) -> None:
    """Everything since the savepoint."""
    _run(connection, "undo")


def release(connection: sqlite3.Connection) -> None:
    _run(connection, "release")


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise DatabaseError(
            f"SQLite {sqlite3.sqlite_version} is too old.",
            hint="Fraisier needs 3.31 or newer: upgrade libsqlite3.",
        )
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode={mode}", uri=True, isolation_level=None, check_same_thread=False
    )
    connection.row_factory = sqlite3.Row
    try:
        _run(connection, "open")
    except BaseException:
        connection.close()
        raise
    return connection


_MAKING = threading.Lock()


def _make(path: Path) -> None:
    """An existing file is never opened here: closing any descriptor of it would drop the locks that SQLite holds
    for all of this process, and another process would take our `-wal` file for abandoned (fcntl(2)).
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _MAKING, suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        if not os.access(path, os.R_OK | os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise DatabaseError(
            f"The database {path} cannot be made or written: {error.strerror}.",
            hint="Run this as a user who may, or set FRAISIER_DB_PATH.",
        ) from error


def _run(connection: sqlite3.Connection, name: str) -> None:
    for statement in _statements(name):
        connection.execute(statement).close()


@cache
def _statements(name: str) -> tuple[str, ...]:
    return script.load(script.SQL / "session" / f"{name}.sql").statements
