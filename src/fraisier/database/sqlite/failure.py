"""What SQLite's errors mean, in one sentence with what to do next."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from fraisier.errors import DatabaseError

_MEANINGS = {
    sqlite3.SQLITE_BUSY: ("is locked by another process", "Find it with: fuser {path}"),
    sqlite3.SQLITE_LOCKED: ("is locked by another process", "Find it with: fuser {path}"),
    sqlite3.SQLITE_NOTADB: ("is not an SQLite database", "Move it away, or set FRAISIER_DB_PATH."),
    sqlite3.SQLITE_CORRUPT: ("is damaged", "Restore it from a backup."),
    sqlite3.SQLITE_FULL: ("cannot grow: the disk is full", "Free some space on {folder}."),
    sqlite3.SQLITE_IOERR: ("cannot be read or written: the disk failed", "Check the disk below {folder}."),
    sqlite3.SQLITE_READONLY: ("may be read but not written by this user", "Run this as the owner of {path}."),
    sqlite3.SQLITE_CANTOPEN: ("cannot be opened", "Check who may read and write {folder}."),
    sqlite3.SQLITE_PERM: ("may not be used by this user", "Run this as the owner of {path}."),
    sqlite3.SQLITE_CONSTRAINT: ("refused a change that breaks its rules", "This is a bug; please report it."),
}


def code_of(error: sqlite3.Error) -> int:
    """The primary result code. See https://sqlite.org/rescode.html."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF


def is_busy(error: sqlite3.Error) -> bool:
    return code_of(error) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def explained(error: sqlite3.Error, path: Path) -> DatabaseError:
    """The error to raise instead, with SQLite's own words kept in `details`."""
    meaning, hint = _MEANINGS.get(code_of(error), ("failed", "Check the file and restore it from a backup."))
    return DatabaseError(
        f"The database {path} {meaning} ({error}).",
        hint=hint.format(path=path, folder=path.parent),
        sqlite=str(error),
    )
