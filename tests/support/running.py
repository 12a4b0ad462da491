"""Commands that go on while a test does something else."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from tests.support import processes
from tests.support.shop import Shop

PATIENCE = 40.0


class Running:
    """One `fraisier` that was started. `end` waits for it."""

    def __init__(self, shop: Shop, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [str(shop.fraisier), *arguments],
            env=shop.env,
            cwd=shop.root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @property
    def pid(self) -> int:
        return self.process.pid

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self, seconds: float = PATIENCE) -> tuple[int, Any]:
        """Exit code, and its JSON answer or everything that it said."""
        out, err = self.process.communicate(timeout=seconds)
        assert "Traceback" not in out + err, err
        return self.process.returncode, json.loads(out) if out.startswith(("{", "[")) else out + err


@contextmanager
def running(shop: Shop, *arguments: str) -> Iterator[Running]:
    """Killed at the end if it still runs."""
    one = Running(shop, *arguments)
    try:
        yield one
    finally:
        with one.process as process:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()


@contextmanager
def observing(shop: Shop, *arguments: str) -> Iterator[Running]:
    """`fraisier observe`, as soon as it has said that it lives; ended by SIGTERM."""
    with running(shop, "observe", *arguments) as observer:
        assert processes.until(lambda: lives(shop, observer.pid), 20)
        yield observer
        if observer.process.poll() is None:
            observer.signal(signal.SIGTERM)
            assert observer.end()[0] == 0


def lives(shop: Shop, observer: int) -> bool:
    """Whether an observer has said that it lives; a database that is just being made knows nobody."""
    with suppress(sqlite3.OperationalError):
        return bool(shop.rows("SELECT 1 FROM tb_observer WHERE pid = ?", observer))
    return False


def why(shop: Shop, lane: tuple[str, str] = ("shop", "production")) -> Any:
    told = shop.run("why", *lane, "--json")
    assert told.exit_code == 0, told
    return told.json


def reached(
    shop: Shop, step: str, seconds: float = PATIENCE, lane: tuple[str, str] = ("shop", "production")
) -> Any:
    """Wait until this step runs; the lane's story then."""
    seen: list[Any] = []

    def there() -> bool:
        seen[:] = [why(shop, lane)]
        now = seen[0]["step"]
        return bool(now and now["name"] == step and now["status"] == "running")

    assert processes.until(there, seconds), seen
    return seen[0]
