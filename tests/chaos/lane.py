"""A shop whose processes are killed, and what must hold when somebody has ended what they left."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.chaos.state import made, open_work
from tests.support.shop import Shop

ROOT = Path(__file__).parents[2]
LEASE = 2
VICTIMS_LEASE = 1  # what dies needs no long lease
ENDS_WITHIN = 120  # seconds for everything; a quiet machine takes four
FINISHED = ("app.py", "label", "mode", "built")

OVERRIDES: dict[str, Any] = {
    "service": {"stop_timeout": 3},
    "health_check": {"timeout": 1, "retries": 1, "retry_delay": 0.05},
    "database": {
        "backup": ["sh", "-c", 'echo "backup $(cat label)" >> "$LEDGER"'],
        "migrate": ["sh", "-c", 'echo "up $(cat label)" >> "$LEDGER"'],
        "down": ["sh", "-c", 'echo "down $(cat label)" >> "$LEDGER"'],
    },
}


class Lane:
    """One shop with one lane, used again for one death after the other: after each it must be well."""

    def __init__(self, long: Path, short: Path) -> None:
        self.shop = self.made_shop(long, short)
        self.ledger = long / "ledger"
        self.ledger.touch()
        self.shop.env |= {"FRAISIER_LEASE_SECONDS": str(LEASE), "PYTHONPATH": str(ROOT)}
        self.shop.configure(**self.overrides, env_vars={"LEDGER": str(self.ledger)})

    def made_shop(self, long: Path, short: Path) -> Shop:
        return Shop(long, short)

    @property
    def overrides(self) -> dict[str, Any]:
        return OVERRIDES

    def start(self, *arguments: str, lease: int = LEASE, **trap: Any) -> subprocess.Popen[str]:
        """A `fraisier` (or `recover`) with a trap, running."""
        return subprocess.Popen(
            [*self.shop.inside, sys.executable, "-m", "tests.chaos.launcher", json.dumps(trap), *arguments],
            env={**self.shop.env, "FRAISIER_LEASE_SECONDS": str(lease)},
            cwd=self.shop.root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def end(self, process: subprocess.Popen[str]) -> tuple[int, str]:
        """Its exit code (negative for a signal) and everything it said."""
        try:
            out, err = process.communicate(timeout=ENDS_WITHIN)
        finally:
            process.kill()
            process.wait()
        return process.returncode, out + err

    def run(self, *arguments: str, **trap: Any) -> tuple[int, str]:
        return self.end(self.start(*arguments, **trap))

    def kill(self, at: str, *arguments: str) -> None:
        """Run a command that dies at this moment. A lease that ran out on a slow machine is tried again."""
        for _ in range(3):
            code, said = self.run(*arguments, at=at, lease=VICTIMS_LEASE)
            if code == -signal.SIGKILL:
                return
            assert code == 3, (at, code, said)
            self.recover()
        raise AssertionError(f"{at} was never reached: {said}")

    def recover(self) -> None:
        """An observer starts, ends what it finds, and goes."""
        code, said = self.run("recover")
        assert code == 0, said
        assert "Traceback" not in said, said

    def live(self) -> str | None:
        return self.shop.live_version()

    @contextmanager
    def watching(self):
        """Nothing that `current` points to meanwhile may be half made."""
        watch = Watch(self.shop.app_path())
        watch.start()
        try:
            yield
        finally:
            watch.stop()
        assert watch.half_made == []

    def must_have_ended(self, *, new: str, old: str | None) -> dict[str, Any]:
        """The lane is in exactly one of {new healthy, old healthy}, and everything that is asked says so.

        Returns the newest row of the history.
        """
        live, row = self.must_be_well({new, old}), self.newest()
        ended = "success" if live == new else "rolled_back" if old else "failed"
        assert row["status"] in {ended, "failed"}, row
        assert (row["status"] == "success") == (live == new), row
        self.migrated(new if live == new else None)
        return row

    def must_be_well(self, versions: set[str | None]) -> str | None:
        """One of these versions is live and well, everything has ended, and everybody says so; which one it is."""
        assert open_work(self.shop.database) == []
        live, seen = self.live(), self.shop.status()
        assert live in versions, (live, seen)
        assert (seen["lock"], seen["current_version"]) == (None, live), seen
        assert seen["observed"] == {
            "reachable": True,
            "running": live is not None,
            "version": live,
            "release": self.current(),
        }
        assert live is None or seen["status"] == "healthy", seen
        self.no_half_made_release()
        self.no_process_of_the_dead()
        return live

    def newest(self) -> dict[str, Any]:
        """The newest row of the history; empty when there is none."""
        if not made(self.shop.database):
            return {}
        rows = self.shop.rows("SELECT * FROM tb_deployment ORDER BY pk_deployment DESC LIMIT 1")
        return rows[0] if rows else {}

    def current(self) -> str | None:
        link = self.shop.app_path() / "current"
        return link.readlink().name if link.is_symlink() else None

    def no_half_made_release(self) -> None:
        """Whatever lies in `releases/` is whole, or there is none at all."""
        folder = self.shop.app_path() / "releases"
        names = {entry.name for entry in folder.iterdir()} if folder.is_dir() else set()
        whole = {name.removesuffix(".json") for name in names if name.endswith(".json")}
        beside = {f"{name}{end}" for name in whole for end in ("", ".json", ".env", ".unit")}
        assert names == beside
        assert all((folder / name / file).exists() for name in whole for file in FINISHED)

    def no_process_of_the_dead(self) -> None:
        """Only the service and its supervisord live below this shop."""
        left = {
            pid: words
            for pid, words in self.shop.processes().items()
            if "supervisord" not in words and not words.endswith("app.py")
        }
        assert left == {}
        services = [words for words in self.shop.processes().values() if words.endswith("app.py")]
        assert len(services) == (1 if self.live() else 0), services

    def migrated(self, new: str | None) -> None:
        """No migration ran twice without being taken back between; the one of what is live was not.

        Who dies in a return may have died in the middle of a `down`, of which nobody can tell whether it ran: then the
        way back applies the migration again, as docs/decisions/0007 says.
        """
        lines = self.ledger.read_text(encoding="utf-8").splitlines()
        done = [line.split() for line in lines if line.startswith(("up ", "down "))]
        count = Counter((verb, label) for verb, label in done)
        [died] = self.shop.rows("SELECT SUM(takeovers) AS times FROM tb_deployment WHERE kind = 'rollback'")
        doubtful = 1 + (died["times"] or 0)
        assert all(count["up", label] <= count["down", label] + doubtful for _, label in done), lines
        labels = self.shop.repository.labels
        label = next((label for label, sha in labels.items() if sha == new), None)
        last = dict(reversed(words) for words in done)
        assert last.get(label, "up") == "up", lines

    def kinds(self, row: dict[str, Any]) -> list[str]:
        """The steps that were journaled for a deployment."""
        sql = "SELECT kind FROM tb_deployment_step WHERE fk_deployment = ? ORDER BY ordinal"
        return [step["kind"] for step in self.shop.rows(sql, row["pk_deployment"])]

    def names(self) -> list[str]:
        """The releases that lie there."""
        return self.shop.releases()

    def other(self) -> str:
        """The version whose release lies there and is not live."""
        [name] = [name for name in self.names() if name != self.current()]
        sha: str = json.loads((self.releases / f"{name}.json").read_text(encoding="utf-8"))["commit"]["sha"]
        return sha

    @contextmanager
    def sick(self, sha: str):
        """Meanwhile this version, whose release lies there, cannot be well."""
        [mode] = self.releases.glob(f"*-{sha[:7]}/mode")
        well = mode.read_text(encoding="utf-8")
        mode.write_text("sick\n", encoding="utf-8")
        try:
            yield
        finally:
            mode.write_text(well, encoding="utf-8")

    @property
    def releases(self) -> Path:
        return self.shop.app_path() / "releases"

    def recovered(self) -> list[dict[str, Any]]:
        """The events that say who took the newest deployment over, and why."""
        name = self.newest()["identifier"]
        return [
            {**event, "data": json.loads(event["data"])}
            for event in self.shop.rows(
                "SELECT * FROM tb_event WHERE deployment = ? AND type = 'deployment.recovered'", name
            )
        ]

    def entries(self) -> list[dict[str, Any]]:
        """What the history tells about takeovers of the newest deployment; each carries how that ended."""
        row = self.newest()
        found = self.shop.rows("SELECT * FROM v_deployment_history WHERE recovers = ?", row["identifier"])
        shared = ("status", "old_version", "new_version", "git_commit", "git_branch", "triggered_by")
        assert all(entry[name] == row[name] for entry in found for name in shared), found
        return found


class Watch(threading.Thread):
    """Looks two hundred times a second at where `current` points."""

    def __init__(self, app_path: Path) -> None:
        super().__init__(daemon=True)
        self._link = app_path / "current"
        self._over = threading.Event()
        self.half_made: list[str] = []

    def run(self) -> None:
        while not self._over.wait(0.005):
            try:
                name = self._link.readlink().name
            except OSError:
                continue
            release = self._link.parent / "releases" / name
            missing = [file for file in FINISHED if not (release / file).exists()]
            missing += [] if release.with_name(f"{name}.json").exists() else ["manifest"]
            if missing and self._link.is_symlink() and self._link.readlink().name == name:
                self.half_made.append(f"{name}: {', '.join(missing)}")

    def stop(self) -> None:
        self._over.set()
        self.join()
