"""The one door to Fraisier's own database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from fraisier.database.clock import Clock, SystemClock
from fraisier.database.followed import followed
from fraisier.database.place import default_place, path_of
from fraisier.errors import DatabaseError

if TYPE_CHECKING:
    from fraisier.database.sqlite.store import Store

Row = dict[str, Any]


class Database:
    """Commands (`call`), reads (`rows`, `row`), and the methods the architecture names over them.

    Nothing is opened before the first use. The first command makes the file and its tables; a read of a database
    that does not exist yet finds nothing (`exists` tells which). One object serves any number of threads, one
    file any number of processes. Everything raises `DatabaseError` with one sentence and a hint; calls with
    wrong parameter names raise `TypeError`. JSON columns come back as text; dicts and lists go in as JSON.
    """

    def __init__(self, where: str | Path | None = None, *, clock: Clock | None = None) -> None:
        self.path = default_place() if where is None else path_of(where)
        self._clock = clock or SystemClock()
        self._opened: Store | None = None

    @property
    def _store(self) -> Store:
        if self._opened is None:
            from fraisier.database.sqlite.store import Store  # noqa: PLC0415 - sqlite3 only when it is used

            self._opened = Store(self.path, self._clock)
        return self._opened

    @property
    def exists(self) -> bool:
        """Whether there is a database yet. Raises `DatabaseError` where we may not even look."""
        return self._store.exists()

    @property
    def installation_id(self) -> str:
        """The UUID this Fraisier signs its work on hosts with; empty while there is no database."""
        row = self.row("installation")
        return str(row["id"]) if row else ""

    def call(self, name: str, **params: Any) -> Row | None:
        """Run the command `sql/*/functions/<name>.sql` in one transaction.

        Returns its row; None when it refused or found nothing to do, and then nothing was changed.
        """
        return self._store.call(name, params)

    def call_each(self, name: str, calls: Sequence[Mapping[str, Any]]) -> list[Row | DatabaseError | None]:
        """Run the command once for each set of parameters, all in one transaction: one wait for the disk for all.

        Answers in their order; one that fails is undone alone, and its error stands in its place. Raises
        `DatabaseError` when none of them could be written.
        """
        return self._store.call_each(name, calls)

    def store_webhooks(self, webhooks: Sequence[Mapping[str, Any]]) -> list[Row | DatabaseError | None]:
        """Keep webhooks as `call_each` does, with the `requests` that each asks for; the rows of fn_process_webhook."""
        wanted = [webhook.get("requests", ()) for webhook in webhooks]
        columns = [{name: webhook[name] for name in webhook if name != "requests"} for webhook in webhooks]
        conclusion = "fn_follow_webhooks", lambda answers: followed(answers, wanted)
        return self._store.call_each("fn_process_webhook", columns, conclusion)

    def call_all(self, name: str, calls: Sequence[Mapping[str, Any]]) -> list[Row] | None:
        """Run the command once for each set of parameters, all in one transaction, or none of them.

        Returns their rows in order; None when one refused, and then nothing was changed. Raises `DatabaseError`.
        """
        return self._store.call_all(name, calls)

    def rows(self, name: str, **params: Any) -> list[Row]:
        """The rows of `sql/*/queries/<name>.sql`."""
        return self._store.rows(name, params)

    def row(self, name: str, **params: Any) -> Row | None:
        """The first row of `sql/*/queries/<name>.sql`, if any."""
        return next(iter(self.rows(name, **params)), None)

    def close(self) -> None:
        """Close what is open and idle; the next use opens again."""
        if self._opened is not None:
            self._opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def record_deployment(self, fraise: str, environment: str, *, status: str, **columns: Any) -> Row:
        """Keep a deployment that something else ran; `columns` are those of tb_deployment.

        Raises `DatabaseError` for a status that is not an end: what Fraisier runs itself comes from a request.
        """
        recorded = self.call(
            "fn_record_deployment", fraise=fraise, environment=environment, status=status, **columns
        )
        if recorded is None:
            raise DatabaseError(
                f"A deployment that is {status!r} cannot be recorded.",
                hint="Record it when it has ended: success, failed, rolled_back, rollback_failed or cancelled.",
            )
        return recorded

    def get_recent_deployments(
        self, limit: int = 20, fraise: str | None = None, environment: str | None = None
    ) -> list[Row]:
        """The newest deployments first, in the columns of v_deployment_history."""
        return self.rows("recent_deployments", fraise=fraise, environment=environment, limit=limit)

    def get_deployment_stats(
        self, fraise: str | None = None, days: int = 30, environment: str | None = None
    ) -> Row:
        """total, successful, failed, rolled_back, avg_duration (seconds) and success_rate (percent) of `days` days."""
        totals = self.row("deployment_totals", fraise=fraise, environment=environment, days=days)
        return totals or {
            "total": 0,
            "successful": 0,
            "failed": 0,
            "rolled_back": 0,
            "avg_duration": None,
            "success_rate": None,
        }

    def record_webhook_event(self, provider: str, event_type: str, **columns: Any) -> Row:
        """Keep a webhook; `columns` are those of tb_webhook_event. A repeated delivery returns the earlier row."""
        told = {"provider": provider, "event_type": event_type, **columns}
        (answer,) = self.store_webhooks([told])
        if isinstance(answer, DatabaseError):
            raise answer
        stored = self._sure("fn_process_webhook", answer)
        event = self._sure("webhook", self.row("webhook", webhook=stored["pk_webhook_event"]))
        return {**event, "duplicate": stored["duplicate"]}

    def get_recent_webhooks(self, limit: int = 20) -> list[Row]:
        """The newest webhooks first, in the columns of v_recent_webhooks."""
        return self.rows("recent_webhooks", limit=limit)

    def update_fraise_state(self, fraise: str, environment: str, **columns: Any) -> Row:
        """Say what runs and how it is; `columns` are those of tb_fraise_state. What is not given stays."""
        return self._certain("fn_update_fraise_state", fraise=fraise, environment=environment, **columns)

    def _certain(self, name: str, **params: Any) -> Row:
        return self._sure(name, self.call(name, **params))

    def _sure(self, name: str, row: Row | None) -> Row:
        if row is None:
            raise DatabaseError(
                f"{name} returned nothing.", hint="The database was changed by hand; restore it."
            )
        return row
