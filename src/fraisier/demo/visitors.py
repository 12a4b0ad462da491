"""Somebody who visits the shop all the time, and remembers what was answered."""

from __future__ import annotations

import http.client
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

SILENCE: Final = "no answer"
PAUSE: Final = 0.05  # seconds between two visits


def answered(port: int) -> str:
    """What one visit found: a version, `v3 (error 500)`, or `no answer`."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/")
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        return SILENCE
    finally:
        connection.close()
    version = answer.headers.get("X-Version", "unknown")
    return version if answer.status == http.client.OK else f"{version} (error {answer.status})"


@dataclass(kw_only=True)
class Visitors:
    """A thread that asks every 50 ms from `start` to `stop`, and counts only what it saw itself."""

    port: int
    seen: Counter[str] = field(default_factory=Counter)
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._visit, name="visitors", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        if self._thread:
            self._thread.join(timeout=5)

    def _visit(self) -> None:
        while not self._over.wait(PAUSE):
            self.seen[answered(self.port)] += 1

    def summary(self) -> str:
        """One sentence of numbers."""
        answers = ", ".join(
            f"{what}: {count}" for what, count in sorted(self.seen.items()) if what != SILENCE
        )
        silence = self.seen[SILENCE]
        told = [f" Answered by {answers}"] if answers else []
        told += [f"; no answer while versions changed places: {silence}"] if silence else []
        return f"{self.seen.total()} visits.{''.join(told)}{'.' if told else ''}"
