"""A command of a shop that dies at a moment of its life, and what is run after it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from fraisier.config import FraisierConfig
from fraisier.engine.planner import plan
from fraisier.model.plan import Observed, Plan
from fraisier.model.status import Kind
from tests.chaos import points
from tests.support.shop import Shop

ROOT = Path(__file__).parents[2]
LEASE, VICTIMS_LEASE = 3, 1  # seconds; what dies needs no long one


def planned(shop: Shop) -> Plan:
    """The plan of an update there."""
    environment = FraisierConfig(str(shop.config)).get_fraise_environment("shop", "production")
    seen = [
        Observed(
            attempt="now",
            commit=points.NEW.commit,
            release_name=points.NEW.name,
            installation_id="test",
            mirror="/nowhere",
            live=points.OLD,
            service_manager="systemd",
            host=host,
        )
        for host in environment.hosts or ("",)
    ]
    return plan(environment, seen, Kind.DEPLOY)


def run(shop: Shop, *arguments: str, lease: int, **trap: Any) -> tuple[int, str]:
    done = subprocess.run(
        [*shop.inside, sys.executable, "-m", "tests.chaos.launcher", json.dumps(trap), *arguments],
        env={**shop.env, "FRAISIER_LEASE_SECONDS": str(lease), "PYTHONPATH": str(ROOT)},
        cwd=shop.root,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout + done.stderr


def die(shop: Shop, at: str) -> None:
    """A deployment that dies at this moment. A lease that ran out on a slow machine is tried again."""
    for _ in range(3):
        code, said = run(shop, "deploy", "shop", "production", lease=VICTIMS_LEASE, at=at)
        if code == -signal.SIGKILL:
            return
        assert code in {1, 3}, (at, code, said)
        run(shop, "recover", lease=LEASE)
    raise AssertionError(f"{at} was never reached: {said}")
