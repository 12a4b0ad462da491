"""Running a script's statements in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from fraisier.database.clock import Clock, bindings
from fraisier.database.sqlite import session
from fraisier.database.sqlite.script import Script

Answers = Sequence[dict[str, Any] | sqlite3.Error | None]
Last = Callable[[sqlite3.Connection, Answers, dict[str, object]], None]
"""What is done at the end of a transaction, with the answers so far and the bindings of its moment."""


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Kept when the block ends, unless it has undone it; undone when it raises."""
    session.begin(connection)
    try:
        yield
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def transact(
    connection: sqlite3.Connection, script: Script, values: dict[str, Any], clock: Clock
) -> dict[str, Any] | None:
    """Run all statements in one transaction; the columns of each SELECT are parameters of what follows it.

    A SELECT without a row is a refusal: everything is undone, and None returned.
    """
    with _transaction(connection):
        answer = _run(connection, script, values | bindings(clock))
        if answer is None:
            connection.rollback()
    return answer


def transact_each(
    connection: sqlite3.Connection,
    script: Script,
    each: list[dict[str, Any]],
    clock: Clock,
    last: Last | None = None,
) -> list[dict[str, Any] | sqlite3.Error | None]:
    """Run the script once for each set of values, all in one transaction; what refuses or fails is undone alone.

    `last` is run after them, if given. Raises `sqlite3.Error` when the transaction as a whole cannot be had or kept.
    """
    try:
        # While nobody fails, nobody needs a savepoint.
        together = transact_all(connection, script, each, clock, last)
    except sqlite3.OperationalError:  # the database's own trouble: a lock, a disk
        raise
    except sqlite3.Error:
        together = None
    if together is not None:
        return list(together)
    with _transaction(connection):
        now = bindings(clock)
        found = [_run_alone(connection, script, values | now) for values in each]
        if last is not None:
            last(connection, found, now)
    return found


def transact_all(
    connection: sqlite3.Connection,
    script: Script,
    each: list[dict[str, Any]],
    clock: Clock,
    last: Last | None = None,
) -> list[dict[str, Any]] | None:
    """Run the script once for each set of values, and then `last`, all in one transaction; when one refuses, all are
    undone: None.
    """
    with _transaction(connection):
        now = bindings(clock)
        found = [_run(connection, script, values | now) for values in each]
        answers = [answer for answer in found if answer is not None]
        whole = len(answers) == len(each)
        if whole:
            if last is not None:
                last(connection, answers, now)
        else:
            connection.rollback()
    return answers if whole else None


def concluding(script: Script, told: Callable[[Answers], Mapping[str, Any]]) -> Last:
    """Run the script with the parameters that `told` makes of the answers."""

    def conclude(connection: sqlite3.Connection, answers: Answers, now: dict[str, object]) -> None:
        _run(connection, script, script.bind(told(answers)) | now)

    return conclude


def _run_alone(
    connection: sqlite3.Connection, script: Script, values: dict[str, Any]
) -> dict[str, Any] | sqlite3.Error | None:
    """The script within a savepoint. An error that ended the whole transaction is raised."""
    session.set_savepoint(connection)
    answer: dict[str, Any] | sqlite3.Error | None
    try:
        answer = _run(connection, script, values)
    except sqlite3.Error as error:
        if not connection.in_transaction:
            raise
        answer = error
    if not isinstance(answer, dict):
        session.undo(connection)
    session.release(connection)
    return answer


def _run(connection: sqlite3.Connection, script: Script, values: dict[str, Any]) -> dict[str, Any] | None:
    answer: dict[str, Any] | None = None
    for statement in script.statements:
        cursor = connection.execute(statement, values)
        if cursor.description is None:
            continue
        row = cursor.fetchone()
        cursor.close()
        if row is None:
            return None
        answer = dict(row)
        values |= answer
    return answer


def read(connection: sqlite3.Connection, script: Script, values: dict[str, Any]) -> list[dict[str, Any]]:
    (statement,) = script.statements
    return [dict(row) for row in connection.execute(statement, values)]
