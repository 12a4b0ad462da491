"""How soon `/health` answers while twenty deployments run: the builds wait until everything is measured."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.pushes.load import send
from tests.support.processes import until
from tests.support.shop import WAITING, Shop

LANES = 20
ASKED = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
BUILDING = "SELECT 1 FROM tb_deployment_step WHERE kind = 'build_release' AND status = 'running'"


def health(times: int = 500) -> None:
    """p50 and p99 of one asker, while all builds run and while all deployments end."""
    with (
        tempfile.TemporaryDirectory(prefix="fr-bench-", dir="/tmp") as folder,
        tempfile.TemporaryDirectory(prefix="fr-", dir="/tmp") as sockets,
    ):
        shop = Shop(Path(folder), Path(sockets))
        try:
            _measure(shop, times)
        finally:
            shop.close()


def _measure(shop: Shop, times: int) -> None:
    names = [f"lane{number:02}" for number in range(LANES)]
    wait = ["sh", "-c", f"until [ -e {shop.root}/go ]; do sleep 0.1; done; exit 1"]
    shop.configure(environments={name: {"build": wait} for name in names})
    shop.env["FRAISIER_MAX_CONCURRENT"] = str(LANES)
    shop.commit()
    with shop.serving() as address:
        shop.run("deploy", "shop", *names, "--no-wait", timeout=120)
        until(lambda: len(shop.rows(BUILDING)) == LANES, 120)
        _shown(int(address.rpartition(":")[2]), times, f"/health, {LANES} builds run")
        (shop.root / "go").touch()
        _shown(int(address.rpartition(":")[2]), times, f"/health, {LANES} deployments end")
        until(lambda: not shop.rows(WAITING), 120)


def _shown(port: int, times: int, name: str) -> None:
    measured = send(port, [ASKED] * times, 1)
    print(
        f"{name:32}p50 {measured.percentile(50) * 1000:6.1f} ms   p99 {measured.percentile(99) * 1000:6.1f} ms"
    )
