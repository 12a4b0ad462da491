"""Looking after the file: is it sound, a copy of it while others write, the room that deleted rows left."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import msgspec

from fraisier.database.sqlite import schema, script, session
from fraisier.database.sqlite.failure import explained
from fraisier.errors import DatabaseError


class Soundness(msgspec.Struct, frozen=True, kw_only=True):
    """What a look at the file found. `damage` and `dangling` are SQLite's words; empty means sound."""

    version: int
    newest: int
    damage: tuple[str, ...]
    dangling: tuple[str, ...]

    @property
    def sound(self) -> bool:
        return self.version == self.newest and not self.damage and not self.dangling


def inspect(path: Path) -> Soundness:
    """Look at a database without upgrading it. Raises `DatabaseError` when it cannot be read at all."""
    try:
        with closing(session.as_it_is(path)) as connection:
            damage = _damage(connection)
            dangling = [
                f"row {row} of {table} points at {parent}"
                for table, row, parent, _ in _run(connection, "foreign_keys")
            ]
            version = schema.version(connection, path)
    except sqlite3.Error as error:
        raise explained(error, path) from error
    return Soundness(version=version, newest=schema.newest(), damage=tuple(damage), dangling=tuple(dangling))


def upgrade(path: Path) -> int:
    """Make the tables, or bring them up to date. Returns the version before; 0 for a database that was not there."""
    try:
        before = inspect(path).version if path.exists() and path.stat().st_size else 0
        session.to_write(path).close()
    except sqlite3.Error as error:
        raise explained(error, path) from error
    return before


def copy(path: Path, target: Path) -> int:
    """Copy the database as it is in one moment, while others read and write; the copy is whole or not there at all.

    Returns its size in bytes. See https://sqlite.org/backup.html. Raises `DatabaseError`.
    """
    part = target.with_name(f"{target.name}.part")
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        _copy(path, part)
        part.replace(target)
    except sqlite3.Error as error:
        raise explained(error, path) from error
    except OSError as error:
        raise DatabaseError(
            f"The copy {target} cannot be written: {error.strerror}.",
            hint="Choose a folder with enough room.",
        ) from error
    finally:
        for leftover in (part, part.with_name(f"{part.name}-journal")):
            with suppress(FileNotFoundError):
                leftover.unlink()
    return target.stat().st_size


def _copy(path: Path, part: Path) -> None:
    with closing(session.as_it_is(path)) as source, closing(sqlite3.connect(part)) as copied:
        source.backup(copied)
        if wrong := _damage(copied):
            raise DatabaseError(
                f"The copy of {path} is damaged: {wrong[0]}.", hint="Run `fraisier db check`; check the disk."
            )


def compact(path: Path) -> None:
    """Give the room that deleted rows left back to the disk. Others wait meanwhile. Raises `DatabaseError`."""
    try:
        with closing(session.to_write(path)) as connection:
            _run(connection, "vacuum")
    except sqlite3.Error as error:
        raise explained(error, path) from error


def _damage(connection: sqlite3.Connection) -> list[str]:
    return [str(text) for (text,) in _run(connection, "integrity") if text != "ok"]


def _run(connection: sqlite3.Connection, name: str) -> list[tuple[object, ...]]:
    (statement,) = script.load(script.SQL / "upkeep" / f"{name}.sql").statements
    return [tuple(row) for row in connection.execute(statement)]
