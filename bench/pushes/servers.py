"""The four servers, each ready to take pushes at a port of its own."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench import theirs
from bench.pushes.requests import KEY

ROOT = Path(__file__).parents[2]
WEBHOOK = ROOT / ".cache" / "debian-webhook"
CONFIG = """\
git: {{github: {{webhook_secret: {key}}}}}
server: {{deliveries_per_minute: 10000000}}
nats: {{enabled: {nats}}}
fraises:
  shop: {{environments: {{production: {{app_path: {folder}/app, systemd_service: shop}}}}}}
branch_mapping: {{main: {{fraise: shop, environment: production}}}}
"""


@dataclass(frozen=True, kw_only=True)
class Running:
    """`pid` is the server's; `path` is where it takes pushes."""

    pid: int
    port: int
    path: str

    @property
    def cpu(self) -> float:
        """Seconds of processor time that it has used so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def memory(self) -> float:
        """Mebibytes in real memory."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def ours(folder: Path, *, nats: bool = False) -> contextlib.AbstractContextManager[Running]:
    """`fraisier serve`, whose lane is held: each push is stored and read, and none is deployed."""
    config = folder / "fraises.yaml"
    config.write_text(CONFIG.format(key=KEY, folder=folder, nats=str(nats).lower()), encoding="utf-8")
    env = {"FRAISIER_CONFIG": str(config), "FRAISIER_DB_PATH": str(folder / "state.db")}
    command = str(Path(sys.executable).with_name("fraisier"))
    hold = [command, "hold", "shop", "production", "--reason", "bench"]
    subprocess.run(hold, env={**os.environ, **env}, capture_output=True, check=True)
    return _running(
        lambda port: [command, "serve", "--host", "127.0.0.1", "--port", str(port)], env, folder, "/webhook"
    )


def fraisier_0_84_2(folder: Path) -> contextlib.AbstractContextManager[Running]:
    """The release of that number; it stores each push and finds nothing to deploy."""
    theirs.install()
    env = {
        "FRAISIER_DB_PATH": str(folder / "state.db"),
        "FRAISIER_WEBHOOK_SECRET": KEY,
        "FRAISIER_WEBHOOK_RATE_LIMIT": "1000000",
        "FRAISIER_HOST": "127.0.0.1",
        "HOME": str(folder),
    }
    command = str(theirs.VENV / "bin" / "fraisier-webhook")
    return _running(lambda _: [command], env, folder, "/webhook", tells_port="FRAISIER_PORT")


def debians_webhook(folder: Path) -> contextlib.AbstractContextManager[Running] | None:
    """webhook(1), in Go: checks the signature, starts /bin/true, stores nothing. None where apt cannot give it."""
    program = WEBHOOK / "usr" / "bin" / "webhook"
    if not program.exists() and not _unpack():
        return None
    signed = {
        "match": {
            "type": "payload-hmac-sha256",
            "secret": KEY,
            "parameter": {"source": "header", "name": "X-Hub-Signature-256"},
        }
    }
    hook = {"id": "push", "execute-command": "/bin/true", "trigger-rule": signed}
    (folder / "hooks.json").write_text(json.dumps([hook]), encoding="utf-8")
    return _running(
        lambda port: [
            str(program),
            "-hooks",
            str(folder / "hooks.json"),
            "-ip",
            "127.0.0.1",
            "-port",
            str(port),
        ],
        {},
        folder,
        "/hooks/push",
    )


def bare(folder: Path) -> contextlib.AbstractContextManager[Running]:
    """A Starlette application that checks the HMAC and commits one row, and does nothing else."""
    env = {"BENCH_KEY": KEY, "BENCH_DB": str(folder / "bare.db"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "uvicorn", "bench.pushes.bare:app", "--log-level", "warning", "--port"]
    return _running(lambda port: [*command, str(port)], env, folder, "/")


def _unpack() -> bool:
    """Debian's package, taken apart in the cache and not installed."""
    if not shutil.which("apt-get"):
        return False
    WEBHOOK.mkdir(parents=True, exist_ok=True)
    got = subprocess.run(["apt-get", "download", "webhook"], cwd=WEBHOOK, capture_output=True, check=False)
    packages = list(WEBHOOK.glob("*.deb"))
    if got.returncode or not packages:
        return False
    subprocess.run(["dpkg-deb", "-x", str(packages[0]), str(WEBHOOK)], check=True)
    return True


@contextlib.contextmanager
def _running(
    argv: Callable[[int], list[str]],
    env: Mapping[str, str],
    folder: Path,
    path: str,
    *,
    tells_port: str = "",
) -> Iterator[Running]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    told = {**os.environ, **env, **({tells_port: str(port)} if tells_port else {})}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(argv(port), env=told, cwd=folder, stdout=log, stderr=log)
    try:
        _wait(port, process)
        yield Running(pid=process.pid, port=port, path=path)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"{process.args!r} does not listen")
