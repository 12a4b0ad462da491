"""Running commands and queries on one SQLite file, from any thread."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from fraisier.database.clock import Clock, bindings
from fraisier.database.sqlite import session
from fraisier.database.sqlite.failure import explained, is_busy
from fraisier.database.sqlite.script import Script, function, query
from fraisier.database.sqlite.transaction import (
    Answers,
    Last,
    concluding,
    read,
    transact,
    transact_all,
    transact_each,
)
from fraisier.errors import DatabaseError

PATIENCE = 20.0  # seconds of waiting for another writer: well within a lease of 30
PAUSE = 0.05

T = TypeVar("T")


class Store:
    """Keeps idle connections; each call takes one, or opens one, and gives it back."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._idle: list[sqlite3.Connection] = []
        self._one_writes = threading.Lock()

    def exists(self) -> bool:
        try:
            return self._path.stat().st_size > 0
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise DatabaseError(
                f"This user may not look at the database {self._path}: {error.strerror}.",
                hint=f"Run this as the owner of {self._path.parent}.",
            ) from error

    def call(self, name: str, params: Mapping[str, Any]) -> dict[str, Any] | None:
        script = function(name)
        values = script.bind(params)
        return self._patiently(lambda: self._transact(script, values))

    def call_each(
        self,
        name: str,
        calls: Sequence[Mapping[str, Any]],
        conclusion: tuple[str, Callable[[Answers], Mapping[str, Any]]] | None = None,
    ) -> list[dict[str, Any] | DatabaseError | None]:
        script = function(name)
        values = [script.bind(params) for params in calls]
        end = concluding(function(conclusion[0]), conclusion[1]) if conclusion else None
        return self._patiently(lambda: self._transact_each(script, values, end))

    def call_all(self, name: str, calls: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]] | None:
        script = function(name)
        values = [script.bind(params) for params in calls]
        return self._patiently(lambda: self._transact_all(script, values))

    def rows(self, name: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
        script = query(name)
        values = script.bind(params)
        if not self.exists():
            return []
        return self._patiently(lambda: self._read(script, {**values, **bindings(self._clock)}))

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

    def _take(self) -> sqlite3.Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return session.to_write(self._path)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One thread of this process at a time: whoever waits for SQLite's own lock sleeps longer than it is held."""
        with self._one_writes:
            connection = self._take()
            try:
                yield connection
            finally:
                self._idle.append(connection)

    def _transact(self, script: Script, values: dict[str, Any]) -> dict[str, Any] | None:
        with self._writing() as connection:
            return transact(connection, script, values, self._clock)

    def _transact_each(
        self, script: Script, each: list[dict[str, Any]], last: Last | None
    ) -> list[dict[str, Any] | DatabaseError | None]:
        with self._writing() as connection:
            found = transact_each(connection, script, each, self._clock, last)
        return [explained(one, self._path) if isinstance(one, sqlite3.Error) else one for one in found]

    def _transact_all(self, script: Script, each: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
        with self._writing() as connection:
            return transact_all(connection, script, each, self._clock)

    def _read(self, script: Script, values: dict[str, Any]) -> list[dict[str, Any]]:
        if not self._writable():
            return self._read_only(script, values)
        connection = self._take()
        try:
            return read(connection, script, values)
        finally:
            self._idle.append(connection)

    def _read_only(self, script: Script, values: dict[str, Any]) -> list[dict[str, Any]]:
        """Reads again when somebody wrote meanwhile: a file that seemed quiet was read without any lock."""
        before = self._path.stat().st_mtime_ns
        connection = session.to_read(self._path)
        try:
            found = read(connection, script, values)
        finally:
            connection.close()
        return found if self._path.stat().st_mtime_ns == before else self._read_only(script, values)

    def _writable(self) -> bool:
        return os.access(self._path, os.W_OK) and os.access(self._path.parent, os.W_OK)

    def _patiently(self, attempt: Callable[[], T]) -> T:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return attempt()
            except sqlite3.Error as error:
                if not is_busy(error) or time.monotonic() > deadline:
                    raise explained(error, self._path) from error
            time.sleep(PAUSE)
