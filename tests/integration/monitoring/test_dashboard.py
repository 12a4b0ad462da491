"""Every query of the dashboard, asked of a real Prometheus that scrapes the exporter."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import pytest

from tests.support.lanes import Lanes, StillClock
from tests.support.ports import free_port
from tests.support.processes import until

SHIPPED = Path(str(files("fraisier"))) / "monitoring"
DASHBOARD = json.loads((SHIPPED / "grafana-dashboard.json").read_text(encoding="utf-8"))
QUERIES = {
    f"{panel['title']} {target['refId']}": target["expr"]
    .replace("$environment", ".*")
    .replace("$fraise", ".*")
    for panel in DASHBOARD["panels"]
    for target in panel["targets"]
}
CONFIG = "fraises:\n  shop: {type: api, environments: {production: {app_path: /srv/shop, service: {command: x}}}}\n"
WITHIN = 90  # seconds; a quiet machine takes six


@pytest.fixture
def lanes(tmp_path):
    made = Lanes(tmp_path / "fraisier.db", StillClock(time.time()))
    made.call("fn_return_orphans")
    yield made
    made.database.close()


def work(lanes):
    """Something of everything that is counted."""
    for status in ("success", "failed"):
        deployment = lanes.started()
        lanes.clock.pass_seconds(5)
        assert lanes.complete(deployment, status) is not None
    for kind in ("passed", "failed"):
        lanes.call("fn_record_event", type=f"health_check.{kind}", fraise="shop", environment="production")
    lanes.database.record_webhook_event("github", "push", delivery_id=str(time.monotonic_ns()))


def now(lanes):
    """Something of everything that is measured."""
    lanes.call("fn_hold", fraise="bakery", environment="production", by="ada", reason="x")
    lanes.ask("bakery", "webhook")
    lanes.started("market")
    lanes.call("fn_record_probe", provider="bare_metal", available=1)
    lanes.sql("INSERT INTO tb_event_consumer (name, position, created_at) VALUES ('nats', 0, '')")


@contextmanager
def process(*words, **more):
    started = subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **more
    )
    try:
        yield started
    finally:
        started.terminate()
        started.communicate(timeout=20)


@pytest.fixture
def asked(prometheus, lanes, tmp_path):
    """A function that asks Prometheus; it scrapes an exporter of this database every second."""
    exporter, web = free_port(), free_port()
    fraises = tmp_path / "fraises.yaml"
    fraises.write_text(CONFIG, encoding="utf-8")
    config = (SHIPPED / "prometheus.yml").read_text(encoding="utf-8")
    config = (
        config.replace("localhost:8001", f"127.0.0.1:{exporter}").replace("15s", "1s").replace("30s", "1s")
    )
    (tmp_path / "prometheus.yml").write_text(config, encoding="utf-8")
    shutil.copy(SHIPPED / "alerts.yml", tmp_path)
    env = {**os.environ, "FRAISIER_CONFIG": str(fraises), "FRAISIER_DB_PATH": str(lanes.path)}
    fraisier = [
        sys.executable,
        "-m",
        "fraisier",
        "metrics",
        "--address",
        "127.0.0.1",
        "--port",
        str(exporter),
    ]
    server = [
        str(prometheus / "prometheus"),
        f"--config.file={tmp_path}/prometheus.yml",
        f"--storage.tsdb.path={tmp_path}/data",
        f"--web.listen-address=127.0.0.1:{web}",
        "--log.level=error",
    ]

    def ask(query):
        url = f"http://127.0.0.1:{web}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            found = json.load(answer)["data"]["result"]
        return [float(one["value"][1]) for one in found]

    def up():
        try:
            return ask('up{job="fraisier"}') == [1]
        except OSError:
            return False

    with process(*fraisier, env=env, cwd=tmp_path), process(*server, cwd=tmp_path) as running:
        assert until(up, WITHIN), running.poll()
        yield ask


@pytest.mark.timeout(240)
@pytest.mark.feature("MET-11", "MET-12")
def test_every_query_of_the_dashboard_returns_data(asked, lanes):
    work(lanes)
    now(lanes)
    assert until(lambda: asked("fraisier_deployments_total"), WITHIN)
    work(lanes)
    empty = dict(QUERIES)

    def all_have_data():
        for name, query in list(empty.items()):
            if [value for value in asked(query) if not math.isnan(value)]:
                del empty[name]
        return not empty

    assert until(all_have_data, WITHIN), empty
    assert len(QUERIES) >= len(DASHBOARD["panels"])
