"""A configuration of 200 fraises: how long it takes to list them, and to check the file."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from tests.support.shop import FRAISIER

COUNT = 200
TIMES = 15
IN_PROCESS = """
import sys, time
from fraisier.cli.main import main
began = time.perf_counter()
code = main(["config", "validate"])
print(time.perf_counter() - began)
sys.exit(code)
"""


def many() -> None:
    """Print the medians, in milliseconds."""
    with tempfile.TemporaryDirectory(prefix="fr-bench-") as folder:
        file = Path(folder) / "fraises.yaml"
        file.write_text("fraises:\n" + "".join(map(_fraise, range(COUNT))), encoding="utf-8")
        env = {"PATH": os.defpath, "HOME": folder, "FRAISIER_CONFIG": str(file)}
        print(f"\n{f'{COUNT} fraises':26}{'ours':>10}   (medians, milliseconds)")
        print(f"{'list, whole':26}{_median(lambda: _whole(env, 'list')):10.0f}")
        print(f"{'config validate, whole':26}{_median(lambda: _whole(env, 'config', 'validate')):10.0f}")
        print(f"{'config validate, inside':26}{_median(lambda: _inside(env)):10.0f}")


def _fraise(number: int) -> str:
    """One as people write it, with two environments."""
    return f"""\
  service_{number}:
    type: api
    description: Service number {number}
    git_repo: https://git.example.com/service_{number}.git
    health_check: {{path: /health, timeout: 2s, retries: 5}}
    environments:
      staging:
        provider: bare_metal
        branch: dev
        app_path: /srv/staging/service_{number}
        service: {{command: ./run, port: {10_000 + number}}}
      production:
        provider: bare_metal
        branch: main
        app_path: /srv/production/service_{number}
        service: {{command: ./run, port: {20_000 + number}}}
        env_vars: {{LEVEL: info}}
        hooks: {{pre_deployment: ["./check.sh"]}}
"""


def _median(run: Callable[[], float]) -> float:
    return median([run() for _ in range(TIMES + 1)][1:]) * 1000


def _whole(env: dict[str, str], *arguments: str) -> float:
    began = time.perf_counter()
    subprocess.run([str(FRAISIER), *arguments], env=env, capture_output=True, check=True)
    return time.perf_counter() - began


def _inside(env: dict[str, str]) -> float:
    """What the command itself takes, once the interpreter and the command line are there."""
    argv = [sys.executable, "-c", IN_PROCESS]
    done = subprocess.run(argv, env=env, capture_output=True, check=True, text=True)
    return float(done.stdout.split()[-1])
