"""Taking old rows out of the database: first into a file, then away."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import msgspec

from fraisier.database.clock import Clock, SystemClock, second
from fraisier.errors import DatabaseError

if TYPE_CHECKING:
    from fraisier.database.database import Database

Row = dict[str, Any]


class Pruned(msgspec.Struct, frozen=True, kw_only=True):
    """How much went from the database into `archive`; None when there was nothing to take."""

    deployments: int = 0
    webhooks: int = 0
    archive: Path | None = None


def cutoff(older_than: float, clock: Clock | None = None) -> str:
    """The moment so many seconds ago, as the database writes it."""
    seconds, fraction = divmod((clock or SystemClock()).wall() - older_than, 1)
    return f"{second(int(seconds))}.{int(fraction * 1_000_000):06d}Z"


def new_archive(database: Database) -> Path:
    """A new file beside the database."""
    return database.path.parent / "archive" / time.strftime("deployments-%Y%m%dT%H%M%SZ.jsonl", time.gmtime())


def prune(database: Database, before: str, archive: Path, by: str) -> Pruned:
    """Export what ended before this moment as JSON Lines, one row each, and delete it, in portions.

    A portion is deleted when its export is on the disk; killed in between, it is exported again. What still runs,
    the newest deployment and the last two successes of each lane stay. Raises `DatabaseError`.
    """
    deployments = webhooks = 0
    with _Lines(archive) as lines:
        for old, heard in _portions(database, before):
            for row in old:
                row["steps"] = database.rows("steps", deployment=row["pk_deployment"])
                row["recoveries"] = database.rows("recoveries", deployment=row["pk_deployment"])
                lines.write("deployment", row)
            for row in heard:
                lines.write("webhook_event", row)
            lines.keep()
            gone = database.call(
                "fn_prune",
                deployments=[row["pk_deployment"] for row in old],
                webhooks=[row["pk_webhook_event"] for row in heard],
            )
            if gone is None or gone["deployments"] + gone["webhooks"] == 0:
                break
            deployments += gone["deployments"]
            webhooks += gone["webhooks"]
    if deployments + webhooks == 0:
        return Pruned()
    told = {"before": before, "deployments": deployments, "webhooks": webhooks, "archive": str(archive)}
    database.call("fn_record_event", type="database.pruned", actor=by, data=told)
    return Pruned(deployments=deployments, webhooks=webhooks, archive=archive)


def _portions(database: Database, before: str) -> Iterator[tuple[list[Row], list[Row]]]:
    while True:
        old = database.rows("prunable_deployments", before=before)
        heard = database.rows("prunable_webhooks", before=before)
        if not old and not heard:
            return
        yield old, heard


class _Lines:
    """A file that is made by its first line, and only its owner can read. Never an existing one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)

    def write(self, table: str, row: Row) -> None:
        line = json.dumps({"table": f"tb_{table}", **row}, ensure_ascii=False) + "\n"
        try:
            if self._descriptor < 0:
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            _write_all(self._descriptor, line.encode("utf-8", "surrogatepass"))
        except OSError as error:
            raise DatabaseError(
                f"The archive {self._path} cannot be written: {error.strerror}. What was not exported stays.",
                hint="Name a new file with --archive FILE, on a disk with enough room.",
            ) from error

    def keep(self) -> None:
        """What was written is on the disk now."""
        os.fsync(self._descriptor)


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
