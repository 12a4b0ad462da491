"""What the engine itself costs per step, with an empty history and with a million deployments in it."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import msgspec

from bench.steps import KINDS, LANE, plan
from fraisier.database import Database
from fraisier.engine.hosts import Hosts
from fraisier.engine.journal import Claim, Journal
from fraisier.engine.runner import Runner
from fraisier.hosts.fenced import open_host
from fraisier.model.host import Fence
from fraisier.model.plan import Plan
from fraisier.model.report import Silent
from fraisier.observer.lease import Lease
from fraisier.observer.timing import Timing
from fraisier.transport.local import Local
from fraisier.transport.redaction import Redactor

STEPS = 100
HISTORY = 1_000_000


def costs() -> None:
    """Print milliseconds per step. `fsync` and `true` are what the disk and a bare process take here."""
    with tempfile.TemporaryDirectory(prefix="fr-bench-") as folder:
        print(f"\n{'':26}{'empty':>10}{'million':>10}   (engine, milliseconds per step)")
        empty = _measured(Path(folder))
        began = time.perf_counter()
        fill(Path(folder) / "fraisier.db", HISTORY)
        took = time.perf_counter() - began
        os.sync()  # what was just made must not be written while we measure
        full = _measured(Path(folder))
        for name, first in empty.items():
            print(f"{name:26}{first:10.2f}{full[name]:10.2f}")
        print(f"{'(one fsync here)':26}{_fsync(Path(folder)):10.2f}")
        print(f"{'(true, one process)':26}{_true():10.2f}")
        print(f"(the million was made in {took:.0f} s)")


def _measured(folder: Path) -> dict[str, float]:
    """The median of five runs of each kind of step."""
    with Database(folder / "fraisier.db") as database:
        return {
            name: median(asyncio.run(_run(database, folder, plan(step, STEPS))) for _ in range(5))
            for name, step in KINDS.items()
        }


async def _run(database: Database, folder: Path, steps: Plan) -> float:
    lane = {"fraise": LANE.fraise, "environment": LANE.environment}
    asked = database.call("fn_request_deployment", **lane, trigger_type="manual") or {}
    claimed = database.call("fn_claim_deployment", request=asked["id"], observer="bench") or {}
    claim = Claim(identity=LANE, lane=claimed["fk_lane"], token=claimed["token"])
    row = _started(database, claimed, claim, steps)
    fence = Fence(installation_id="bench", lane=LANE.slug, token=claim.token, folder=str(folder / "fence"))
    with Lease(database, claim, Timing()) as lease:
        async with open_host(Local(), fence, Redactor()) as host:
            await host.raise_fence()
            journal = Journal(database, claim, row["pk_deployment"], row["identifier"])
            runner = Runner(
                plan=steps,
                journal=journal,
                hosts=Hosts({"": host}),
                resolve=str,
                leash=lease,
                progress=Silent(),
            )
            began = time.perf_counter()
            await runner.run()
            took = time.perf_counter() - began
            await journal.complete(status="success")
    return took * 1000 / len(steps.steps)


def _started(database: Database, claimed: dict[str, Any], claim: Claim, steps: Plan) -> dict[str, Any]:
    journaled = [
        {"ordinal": number, "kind": step.kind, "title": step.title, "position": str(step.position)}
        for number, step in enumerate(steps.steps)
    ]
    row = database.call(
        "fn_start_deployment",
        request=claimed["pk_deployment_request"],
        lane=claim.lane,
        token=claim.token,
        plan=msgspec.json.encode(steps).decode(),
        config_snapshot="{}",
        steps=json.dumps(journaled),
        new_version="b" * 40,
    )
    return row or {}


def fill(path: Path, count: int) -> None:
    """A history of `count` deployments over a thousand lanes, a tenth of them in ours, with all their rows."""
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in _FILL.split(";\n"):
        connection.execute(statement, {"count": count})
    connection.close()


_FILL = """
PRAGMA synchronous = OFF;
PRAGMA cache_size = -400000;
BEGIN IMMEDIATE;
CREATE TEMP TABLE numbers AS
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count) SELECT i FROM n;
INSERT INTO tb_lane (fraise, environment)
    SELECT 'f' || i, 'production' FROM numbers WHERE i <= 1000 ON CONFLICT DO NOTHING;
INSERT INTO tb_deployment_request
    (id, fk_lane, fraise, environment, requested_at, trigger_type, status, options)
    SELECT 'bench-' || i, CASE WHEN i % 10 THEN 2 + i % 1000 ELSE 1 END, 'f' || (i % 1000), 'production',
        strftime('%Y-%m-%dT%H:%M:%f', 'now', '-' || (:count - i) || ' seconds'), 'webhook', 'completed', '{}'
    FROM numbers;
INSERT INTO tb_deployment
    (id, fk_lane, fraise, environment, status, started_at, completed_at, triggered_by, new_version, plan)
    SELECT 'bench-' || i, CASE WHEN i % 10 THEN 2 + i % 1000 ELSE 1 END, 'f' || (i % 1000), 'production', 'success',
        strftime('%Y-%m-%dT%H:%M:%f', 'now', '-' || (:count - i) || ' seconds'),
        strftime('%Y-%m-%dT%H:%M:%f', 'now', '-' || (:count - i) || ' seconds'), 'webhook', hex(i), '{}'
    FROM numbers;
INSERT INTO tb_deployment_step (fk_deployment, ordinal, kind, title, position, status)
    SELECT pk_deployment, 0, 'fetch', 'Code updated', 'before', 'done' FROM tb_deployment WHERE plan = '{}';
INSERT INTO tb_event (id, type, fraise, environment, deployment, created_at)
    SELECT 'bench-' || pk_deployment, 'deployment.succeeded', fraise, environment, identifier, completed_at FROM tb_deployment WHERE plan = '{}';
DROP TABLE numbers;
COMMIT;
PRAGMA wal_checkpoint(TRUNCATE)"""


def _fsync(folder: Path) -> float:
    times = []
    with (folder / "sync").open("wb") as file:
        for _ in range(50):
            began = time.perf_counter()
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - began)
    return median(times) * 1000


def _true() -> float:
    times = []
    for _ in range(30):
        began = time.perf_counter()
        subprocess.run(["true"], check=True)
        times.append(time.perf_counter() - began)
    return median(times) * 1000
