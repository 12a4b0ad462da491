"""Runs one fraisier command and writes how long it waited: `own_time.py FILE COMMAND …`.

What the event loop waits for is child processes, the service and threads of our own. A thread's work is not
waiting, so what our threads computed meanwhile is taken off again.
"""

from __future__ import annotations

import selectors
import sys
import time
from pathlib import Path

from fraisier.__main__ import run


def waited(report: Path) -> float:
    """The seconds that the last run waited for others."""
    return float(report.read_text(encoding="utf-8"))


def main(report: Path) -> None:
    total = 0.0
    select = selectors.EpollSelector.select

    def timed(self: selectors.EpollSelector, timeout: float | None = None) -> object:
        nonlocal total
        started, worked = time.perf_counter(), time.process_time()
        try:
            return select(self, timeout)
        finally:
            total += time.perf_counter() - started - (time.process_time() - worked)

    selectors.EpollSelector.select = timed  # type: ignore[assignment, method-assign]
    try:
        run()
    finally:
        report.write_text(str(total), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv.pop(1)))
