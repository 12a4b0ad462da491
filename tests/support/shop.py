"""The shop: a real service in a real repository, deployed by the installed `fraisier` command."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.support import processes
from tests.support.ports import free_port
from tests.support.repository import Repository

FRAISIER = Path(sys.executable).parent / "fraisier"
SECRET = "hook-secret-5d2f"
WAITING = "SELECT 1 FROM tb_deployment_request WHERE status IN ('pending', 'processing')"


@dataclass(frozen=True, kw_only=True)
class Result:
    """How one command ended."""

    exit_code: int
    stdout: str
    stderr: str
    seconds: float

    @property
    def json(self) -> Any:
        return json.loads(self.stdout)

    @property
    def output(self) -> str:
        return self.stdout + self.stderr


class Shop:
    """One installation of Fraisier in a folder of its own. `long` may be deep, `short` must not be."""

    patience = 60.0
    """Seconds that a command may take."""

    def __init__(self, long: Path, short: Path) -> None:
        self.root = long
        self.fraisier = FRAISIER
        self.repository = Repository(long)
        self.config = long / "fraises.yaml"
        self.database = long / "state" / "fraisier.db"
        self.home = long / "home"
        self.home.mkdir()
        self.ports: dict[str, int] = {}
        self.env = self._environment(short)
        self.configure()

    def _environment(self, short: Path) -> dict[str, str]:
        return {
            "PATH": f"{FRAISIER.parent}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
            "LANG": "C.UTF-8",
            "USER": "ada",
            "LOGNAME": "ada",
            "HOME": str(self.home),
            "FRAISIER_CONFIG": str(self.config),
            "FRAISIER_DB_PATH": str(self.database),
            "FRAISIER_WORK_DIR": str(self.root / "cache"),
            "FRAISIER_LOG_DIR": str(self.root / "logs"),
            "XDG_CACHE_HOME": str(self.home / ".cache"),
            "XDG_CONFIG_HOME": str(self.home / ".config"),
            "XDG_DATA_HOME": str(self.home / ".local/share"),
            "XDG_STATE_HOME": str(self.home / ".local/state"),
            "XDG_RUNTIME_DIR": str(short),
        }

    def commit(self, mode: str = "ok", **files: str) -> str:
        return self.repository.commit(mode, files=files)

    def app_path(self, environment: str = "production") -> Path:
        return self.root / "srv" / environment

    def port(self, environment: str = "production") -> int:
        return self.ports.setdefault(environment, free_port())

    def environment(self, name: str = "production", **overrides: Any) -> dict[str, Any]:
        """One environment as fraises.yaml has it. A key set to None is left out; mappings are merged."""
        port = self.port(name)
        base: dict[str, Any] = {
            "provider": "bare_metal",
            "git_repo": str(self.repository.origin),
            "branch": "main",
            "app_path": str(self.app_path(name)),
            "service": {"manager": "supervisor", "command": [sys.executable, "app.py"], "port": port},
            "health_check": {
                "url": f"http://127.0.0.1:{port}/health",
                "timeout": 2,
                "retries": 5,
                "retry_delay": 0.2,
            },
        }
        return merged(base, overrides)

    def configure(
        self,
        *,
        environments: dict[str, dict[str, Any]] | None = None,
        top: dict[str, Any] | None = None,
        **overrides: Any,
    ) -> None:
        """Write fraises.yaml: fraise `shop` with `environments`, or with production and these overrides."""
        wanted = environments if environments is not None else {"production": overrides}
        written = {name: self.environment(name, **keys) for name, keys in wanted.items()}
        fraise = {"type": "api", "description": "The shop", "environments": written}
        self.write_config({"fraises": {"shop": fraise}, **(top or {})})

    def configure_webhook(self, **overrides: Any) -> None:
        """A push to main, signed with `SECRET`, deploys production."""
        self.configure(
            top={
                "git": {"provider": "github", "github": {"webhook_secret": SECRET}},
                "branch_mapping": {"main": {"fraise": "shop", "environment": "production"}},
            },
            **overrides,
        )

    def write_config(self, document: Any) -> None:
        self.config.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")

    @property
    def inside(self) -> list[str]:
        """What a command begins with to be where the shop's services are."""
        return []

    def run(self, *arguments: str, timeout: float | None = None, env: dict[str, str] | None = None) -> Result:
        """Run the installed command to its end. No answer of it may ever be a traceback."""
        started = time.monotonic()
        done = subprocess.run(
            [*self.inside, str(self.fraisier), *arguments],
            env={**self.env, **(env or {})},
            cwd=self.root,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout or self.patience,
            check=False,
        )
        result = Result(
            exit_code=done.returncode,
            stdout=done.stdout,
            stderr=done.stderr,
            seconds=time.monotonic() - started,
        )
        assert "Traceback" not in result.output, result.output
        return result

    def deploy(self, environment: str = "production", *options: str, fraise: str = "shop") -> Any:
        """`deploy --json`: its one object, after its exit code was held against its status."""
        return self._json("deploy", fraise, environment, *options)

    def rollback(self, environment: str = "production", *options: str) -> Any:
        return self._json("rollback", "shop", environment, *options)

    def _json(self, *arguments: str) -> Any:
        result = self.run(*arguments, "--json")
        answer = result.json if result.stdout else {}
        assert "status" in answer, result
        codes = {"success": 0, "up_to_date": 0, "failed": 1, "rolled_back": 1, "rollback_failed": 4}
        assert result.exit_code == codes[answer["status"]], result
        return answer

    def history(self) -> Any:
        return self._read("history")

    def statuses(self) -> list[str]:
        """How each deployment stands, the newest first, from the rows: a command costs too much to wait with."""
        rows = self.rows("SELECT status FROM tb_deployment ORDER BY pk_deployment DESC")
        return [row["status"] for row in rows]

    def status(self, environment: str = "production") -> Any:
        return self._read("status", "shop", environment)

    def _read(self, *arguments: str) -> Any:
        result = self.run(*arguments, "--json")
        assert result.exit_code == 0, result
        return result.json

    def about(self, environment: str = "production") -> dict[str, Any] | None:
        """What answers on the environment's port says of itself, well or sick; None when nothing answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port(environment)}/", timeout=2) as got:
                told = got.read()
        except urllib.error.HTTPError as sick:
            told = sick.read()
        except OSError:
            return None
        about: dict[str, Any] = json.loads(told)
        return about

    def live_version(self, environment: str = "production") -> str | None:
        """The full commit hash of what answers, from its own files; it must be what Fraisier told it, too."""
        about = self.about(environment)
        if about is None:
            return None
        sha = self.repository.labels[about["label"]]
        assert about["version"] == sha, about
        return sha

    def releases(self, environment: str = "production") -> list[str]:
        folder = self.app_path(environment) / "releases"
        return sorted(entry.name for entry in folder.iterdir() if entry.is_dir()) if folder.is_dir() else []

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """What a query finds in the SQLite file, read as any other program would."""
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)
        connection.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in connection.execute(sql, values)]
        finally:
            connection.close()

    def tree(self) -> dict[str, tuple[int, bytes]]:
        """Every file below the shop by mode and content: what a dry run must not change.

        Left out are the database, for which there is `dump`, and the log that supervisord writes when it likes.
        """
        others = (self.database.name, "supervisord.log")
        return {
            str(path.relative_to(self.root)): (path.lstat().st_mode, _content(path))
            for path in sorted(self.root.rglob("*"))
            if not path.name.startswith(others)
        }

    def dump(self) -> list[str]:
        """The whole database as SQL; empty where there is none."""
        if not self.database.exists():
            return []
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)
        try:
            return list(connection.iterdump())
        finally:
            connection.close()

    def files_holding(self, text: str) -> list[str]:
        """Every file of the shop, the database's and the logs too, that holds these bytes."""
        return [
            str(path.relative_to(self.root))
            for path in self.root.rglob("*")
            if path.is_file() and text.encode() in path.read_bytes()
        ]

    def seen(self, path: Path) -> Path:
        """Where a file of the target is seen from this machine."""
        return path

    def left_over(self) -> list[str]:
        """What runs for this shop beside its service and who manages it."""
        words = self.processes().values()
        return [line for line in words if "supervisord" not in line and not line.endswith("app.py")]

    def processes(self) -> dict[int, str]:
        return processes.belonging_to(self.root)

    @contextmanager
    def serving(self) -> Iterator[str]:
        """`fraisier serve` on a free port; its address. Ended by SIGTERM, within the time it may take."""
        port = free_port()
        log = self.root / "serve.log"
        with log.open("wb") as out:
            server = subprocess.Popen(
                [str(self.fraisier), "serve", "--port", str(port)],
                env=self.env,
                cwd=self.root,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        address = f"http://127.0.0.1:{port}"
        try:
            assert processes.until(lambda: answers(f"{address}/health"), 20), log.read_text()
            yield address
        finally:
            server.terminate()
            try:
                server.wait(timeout=20)
            finally:
                server.kill()
                server.wait()
        assert "Traceback" not in log.read_text()

    def close(self) -> None:
        """Kill every process of this shop by pid; none may be left."""
        assert processes.until(lambda: not processes.kill(self.root))


def merged(base: dict[str, Any], overrides: dict[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for key, value in overrides.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], value)
        else:
            result[key] = value
    return result


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except OSError:
        return False


def _content(path: Path) -> bytes:
    if path.is_symlink():
        return os.fsencode(path.readlink())
    return path.read_bytes() if path.is_file() else b""
