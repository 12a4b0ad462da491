"""Runs the real `fraisier` command in the workshop, as somebody at a terminal would."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any, Final

from fraisier.demo.workshop import ENVIRONMENT, FRAISE, Workshop
from fraisier.errors import FraiseQLError

COMMAND: Final = (sys.executable, "-c", "from fraisier.cli.main import run; run()")
ENDED: Final = frozenset({"success", "failed", "rolled_back", "rollback_failed", "cancelled", "superseded"})
PATIENCE: Final = 60.0  # seconds until a pushed commit must be deployed or undone
UNDOING: Final = 5.0  # seconds that an interrupted command has to undo what it began
Say = Callable[[str], None]


@contextmanager
def _seen_through(child: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Interrupted, it gets time to undo what it began, then a SIGTERM, then no more time."""
    try:
        yield child
    finally:
        for insist in (child.poll, child.terminate, child.kill):
            insist()
            with suppress(subprocess.TimeoutExpired):
                child.wait(timeout=UNDOING)


class Commands:
    """Shows what it types; the output goes straight to the terminal."""

    def __init__(self, workshop: Workshop, say: Say) -> None:
        self._workshop = workshop
        self._say = say

    def type(self, *words: str) -> int:
        """Type `fraisier WORDS` where everybody sees it. Returns its exit code."""
        self._say(f"$ fraisier {shlex.join(words)}")
        with _seen_through(subprocess.Popen([*COMMAND, *words], env=self._workshop.environment())) as child:
            return child.wait()

    def ask(self, *words: str) -> Any:
        """The JSON answer of `fraisier WORDS --json`, unseen."""
        done = subprocess.run(
            [*COMMAND, *words, "--json"],
            env=self._workshop.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise FraiseQLError(f"fraisier {shlex.join(words)}: {done.stdout}{done.stderr}")
        return json.loads(done.stdout)

    def start(self, *words: str, log: IO[str]) -> subprocess.Popen[str]:
        """Start `fraisier WORDS` in a session of its own, so that Ctrl-C reaches only us."""
        return subprocess.Popen(
            [*COMMAND, *words],
            env=self._workshop.environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            text=True,
            start_new_session=True,
        )

    def ended(self, commit: str) -> dict[str, Any]:
        """Wait until the deployment of `commit` has ended, and return its row of the history."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            rows = self.ask("history", FRAISE, ENVIRONMENT, "--limit", "1")
            if rows and rows[0]["new_version"] == commit and rows[0]["status"] in ENDED:
                return dict(rows[0])
            time.sleep(0.1)
        raise FraiseQLError(f"The deployment of {commit[:7]} did not end within {PATIENCE:g} s.")
