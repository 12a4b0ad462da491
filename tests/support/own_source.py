"""Fraisier as a fraise: a repository of its own source, built into a release with an environment of its own.

What it depends on is not installed again: a `.pth` file points to the packages of the tests' own environment. A `.pth`
file in that folder is not read, so the code that runs is the release's, never the checkout's.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any, Final

from tests.hosts.machine import Machine
from tests.support import github, processes
from tests.support.host_shop import HostShop
from tests.support.repository import Repository
from tests.support.shop import SECRET, Shop, answers

SOURCE: Final = Path(__file__).parents[2] / "src" / "fraisier"
PYTHON: Final = ".venv/bin/python"
BUILD: Final = """
packages=$({python} -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
{python} -m venv --without-pip .venv
printf '%s\\n' "$PWD/src" "$packages" > ".venv/lib/$(basename "$(dirname "$packages")")/site-packages/own.pth"
"""
BROKEN: Final = {
    "cannot start": ("cli/serve.py", "raise SystemExit('this version cannot start')\n"),
    "no guard": ("observer/guard.py", "raise SystemExit('this version has no guard')\n"),
}


class OwnSource(Repository):
    """Commits are copies of the source here; `mode` names what a version is broken by."""

    def commit(self, mode: str = "ok", *, push: bool = True, files: Any = None) -> str:
        label = f"v{len(self.labels) + 1}"
        copy = self.work / "src" / "fraisier"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__"))
        for name, text in {"label": label, **(files or {})}.items():
            (self.work / name).write_text(text + "\n", encoding="utf-8")
        if mode in BROKEN:
            name, line = BROKEN[mode]
            (copy / name).write_text(line, encoding="utf-8")
        if mode == "upgrades":
            self._upgrade(copy)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", f"{label}: {mode}")
        sha = self.git("rev-parse", "HEAD")
        self.labels[label] = sha
        if push:
            self.push()
        return sha

    def _upgrade(self, copy: Path) -> None:
        """This version brings the database to a newer schema, and is never ready."""
        upgrade = copy / "database/sql/sqlite/upgrades/0099.sql"
        upgrade.write_text("ALTER TABLE tb_lane ADD COLUMN colour TEXT;\n", encoding="utf-8")
        app = copy / "server/app.py"
        text = app.read_text(encoding="utf-8")
        ready = "200 if good else UNAVAILABLE"
        assert ready in text
        app.write_text(text.replace(ready, "UNAVAILABLE"), encoding="utf-8")


class Itself(Shop):
    """An installation whose `fraisier serve` is its own fraise: what is the same on every kind of machine."""

    python = sys.executable
    listening = "127.0.0.1"
    repository: OwnSource  # type: ignore[assignment]

    def become(self) -> None:
        """Only the source is in the repository, and only Fraisier in the configuration."""
        shutil.rmtree(self.repository.work)
        shutil.rmtree(self.repository.origin)
        self.repository = OwnSource(self.root)
        self.env["FRAISIER_LEASE_SECONDS"] = "3"
        self.describe()

    @property
    def address(self) -> str:
        return f"http://{self.listening}:{self.port()}"

    def describe(self, *, group: bool = False, **more: Any) -> None:
        """The service listens where its health is asked for, and works with this very database and configuration."""
        command = [
            PYTHON,
            "-P",
            "-m",
            "fraisier",
            "serve",
            "--host",
            self.listening,
            "--port",
            str(self.port()),
        ]
        own = {"build": ["sh", "-c", BUILD.format(python=self.python)], **more}
        production = self.environment(
            **own,
            service={"command": command, "stop_timeout": 10, "sandbox": False},
            health_check={"url": f"{self.address}/ready", "retries": 40, "retry_delay": 0.25},
            env_vars={
                name: text for name, text in self.env.items() if name.startswith(("FRAISIER", "XDG", "HOME"))
            },
        )
        fraises: dict[str, Any] = {"fraisier": {"type": "api", "environments": {"production": production}}}
        if group:
            fraises["all"] = {"type": "service_group", "services": ["fraisier"]}
        self.write_config(
            {
                "git": {"provider": "github", "github": {"webhook_secret": SECRET}},
                "branch_mapping": {"main": {"fraise": "fraisier", "environment": "production"}},
                "fraises": fraises,
            }
        )

    def live_version(self, environment: str = "production") -> str | None:
        """The commit whose release the process that listens works in."""
        if not answers(f"{self.address}/health"):
            return None
        [server] = self.servers()
        release = Path(f"/proc/{server}/cwd").readlink()
        manifest = json.loads(release.with_name(f"{release.name}.json").read_text(encoding="utf-8"))
        sha: str = manifest["commit"]["sha"]
        return sha

    def servers(self) -> list[int]:
        return [pid for pid, words in self.processes().items() if "-m fraisier serve" in words]

    def guards(self) -> list[int]:
        return [pid for pid, words in self.processes().items() if "fraisier.observer.guard" in words]

    def push(self, before: str, after: str) -> None:
        payload = github.push(clone_url=str(self.repository.origin), before=before, after=after)
        assert github.send(self.address, payload, secret=SECRET).status == 202

    def ended(self, count: int, seconds: float = 90) -> dict[str, Any]:
        """The newest deployment, as soon as there are so many and none of them runs."""
        rows: list[dict[str, Any]] = []

        def done() -> bool:
            rows[:] = self.rows("SELECT * FROM tb_deployment ORDER BY pk_deployment DESC")
            return len(rows) == count and rows[0]["status"] != "in_progress"

        assert processes.until(done, seconds), (rows[:1], self.processes())
        return rows[0]


class Own(Itself):
    """On this machine, under supervisor."""

    def __init__(self, long: Path, short: Path) -> None:
        super().__init__(long, short)
        self.become()


class OwnOnHost(Itself, HostShop):
    """On a host with systemd, where an installed Fraisier deploys the first version."""

    python = "/opt/fraisier/bin/python"

    def __init__(self, folder: Path, host: Machine) -> None:
        HostShop.__init__(self, folder, host)
        self.listening = host.address
        self.become()
