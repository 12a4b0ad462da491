"""Making the tables, and upgrading them by numbered steps that only add."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path

from fraisier.database.sqlite import script
from fraisier.errors import DatabaseError, SchemaTooNew

READABLE_FROM = 1


def newest(folder: Path = script.SQL) -> int:
    """The version this program writes: 1, or the number of the last step in `upgrades/NNNN.sql`."""
    return max((int(step.stem) for step in (folder / "upgrades").glob("*.sql")), default=1)


def check(connection: sqlite3.Connection, path: Path, folder: Path = script.SQL) -> bool:
    """Whether the database has the newest schema this program knows.

    Raises `SchemaTooNew`, or `DatabaseError` for the database of something else.
    """
    names = {name for (name,) in _run(connection, folder / "session" / "tables.sql")}
    if not names:
        return False
    if "tb_schema_version" not in names:
        raise DatabaseError(
            f"{path} is the database of another program.", hint="Set FRAISIER_DB_PATH to a file of its own."
        )
    version, readable_from = _run(connection, folder / "queries" / "schema_version.sql").fetchone()
    if readable_from > newest(folder):
        raise SchemaTooNew(
            f"The database {path} was written by a newer Fraisier (schema {version}; this one knows {newest(folder)}).",
            hint="Upgrade: pip install --upgrade fraisier",
        )
    return bool(version >= newest(folder))


def version(connection: sqlite3.Connection, path: Path, folder: Path = script.SQL) -> int:
    """The version of the schema that is there; 0 in a new file. Raises what `check` raises."""
    if not _run(connection, folder / "session" / "tables.sql").fetchall():
        return 0
    check(connection, path, folder)
    return int(_run(connection, folder / "queries" / "schema_version.sql").fetchone()[0])


def require(connection: sqlite3.Connection, path: Path) -> None:
    """Raises `DatabaseError` unless the schema is the newest: who may only read cannot upgrade."""
    if not check(connection, path):
        raise DatabaseError(
            f"The database {path} has an older schema, and this user may not upgrade it.",
            hint=f"Run any fraisier command as the owner of {path}.",
        )


def bring_up_to_date(connection: sqlite3.Connection, path: Path, folder: Path = script.SQL) -> None:
    """Make or upgrade the schema, in one transaction. Any number of processes may try at once."""
    _run(connection, folder / "session" / "begin.sql")
    try:
        if not check(connection, path, folder):
            _apply(connection, folder)
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def _apply(connection: sqlite3.Connection, folder: Path) -> None:
    names = {name for (name,) in _run(connection, folder / "session" / "tables.sql")}
    if names:
        version = _run(connection, folder / "queries" / "schema_version.sql").fetchone()[0]
        steps = sorted((folder / "upgrades").glob("*.sql"))
        files = [step for step in steps if int(step.stem) > version]
    else:
        files = sorted((folder / "tables").glob("*.sql"))
    for file in [*files, *sorted((folder / "views").glob("*.sql"))]:
        _run(connection, file)
    mark = {"version": newest(folder), "readable_from": READABLE_FROM}
    _run(connection, folder / "session" / "mark_version.sql", mark)


def _run(
    connection: sqlite3.Connection, file: Path, values: Mapping[str, object] | None = None
) -> sqlite3.Cursor:
    cursor = connection.cursor()
    for statement in script.load(file).statements:
        cursor.execute(statement, values or {})
    return cursor
