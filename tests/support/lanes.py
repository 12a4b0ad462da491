"""A real database file, a clock that only moves when told, and the usual way of a request through it."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from fraisier.database import Database

STEPS = [
    {"ordinal": 0, "kind": "fetch", "version": 1, "title": "Fetch", "position": "before", "params": {"a": 1}},
    {"ordinal": 1, "kind": "switch", "version": 2, "title": "Switch", "position": "switch", "params": {}},
]


class StillClock:
    """Starts now, so that views which ask SQLite for the time agree with it."""

    def __init__(self, wall: float) -> None:
        self.now = wall
        self.up = 1000.0
        self.boot = "boot-1"

    def wall(self) -> float:
        return self.now

    def boot_time(self) -> float:
        return self.up

    def boot_id(self) -> str:
        return self.boot

    def pass_seconds(self, seconds: float) -> None:
        self.now += seconds
        self.up += seconds

    def restart_machine(self) -> None:
        self.boot += "+"
        self.up = 1.0


class Lanes:
    def __init__(self, path: Path, clock: StillClock) -> None:
        self.path = path
        self.clock = clock
        self.database = Database(path, clock=clock)
        self.call = self.database.call
        self.rows = self.database.rows
        self.row = self.database.row

    def ask(self, fraise: str = "shop", trigger: str = "manual", **more: Any) -> dict[str, Any]:
        asked = self.call(
            "fn_request_deployment",
            **{"fraise": fraise, "environment": "production", "trigger_type": trigger, **more},
        )
        assert asked is not None
        return asked

    def push(self, **columns: Any) -> dict[str, Any]:
        """A webhook that is stored, and what it asks for."""
        (event,) = self.database.store_webhooks([columns])
        assert isinstance(event, dict)
        return event

    def claim(self, observer: str = "one", **more: Any) -> dict[str, Any] | None:
        return self.call("fn_claim_deployment", observer=observer, **more)

    def take_over(self, observer: str = "two", **more: Any) -> dict[str, Any] | None:
        return self.call("fn_take_over", observer=observer, **more)

    def start(self, claimed: dict[str, Any], **more: Any) -> dict[str, Any] | None:
        facts = {
            "plan": {"steps": 2},
            "config_snapshot": {"branch": "main"},
            "steps": STEPS,
            "old_version": "v1",
            "new_version": "v2",
            "git_commit": "v2",
            "target_provider": "bare_metal",
        }
        return self.call(
            "fn_start_deployment",
            **{"request": claimed["pk_deployment_request"], **held(claimed), **facts, **more},
        )

    def started(self, fraise: str = "shop", trigger: str = "manual", **more: Any) -> dict[str, Any]:
        """Asked, claimed by `one` and started: the deployment."""
        claimed = self.claim(request=self.ask(fraise, trigger, requested_by="ada")["pk_deployment_request"])
        assert claimed is not None
        deployment = self.start(claimed, **more)
        assert deployment is not None
        return deployment

    def complete(
        self, deployment: dict[str, Any], status: str = "success", **more: Any
    ) -> dict[str, Any] | None:
        return self.call("fn_complete_deployment", **about(deployment), status=status, **more)

    def sql(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        """What another program gets that opens the file as it is."""
        connection = sqlite3.connect(self.path)
        connection.row_factory = sqlite3.Row
        try:
            with connection:
                return [dict(row) for row in connection.execute(statement, values)]
        finally:
            connection.close()


def held(row: dict[str, Any]) -> dict[str, Any]:
    """The lease behind a claimed request or a deployment."""
    return {"lane": row["fk_lane"], "token": row["token"]}


def about(deployment: dict[str, Any]) -> dict[str, Any]:
    return {"deployment": deployment["pk_deployment"], **held(deployment)}
