"""Fraisier in this process, with a trap: at one named moment the process sends itself a signal.

    python -m tests.chaos.launcher '{"at": "apply.3.before-effect"}' deploy shop production
    python -m tests.chaos.launcher '{}' recover

`recover` runs an observer until nothing is left to do; everything else is a command line of `fraisier`. The product
knows nothing of this: journal, host and database are wrapped here, in the process of the test.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from fraisier.cli.app import App
from fraisier.cli.main import main as fraisier
from fraisier.database import Database
from fraisier.database.clock import SystemClock
from fraisier.engine.journal import Journal
from fraisier.engine.site import Recorder
from fraisier.hosts.fenced import FencedHost
from fraisier.model.status import StepStatus
from tests.chaos.points import effect, in_call, in_step, raising_fence
from tests.chaos.state import open_work

LOOKS = 0.1  # seconds between two looks at what is still open; each costs something


class Trap:
    """`at` names the moment, which may come `skip` times before it is meant; `after` is one in seconds since the start;
    `clock` shifts the wall clock of this process.
    """

    def __init__(
        self, *, at: str = "", skip: int = 0, after: float = 0.0, send: str = "SIGKILL", clock: float = 0.0
    ) -> None:
        self._skip = skip
        self.at, self.after, self.signal, self.clock = at, after, signal.Signals[send], clock
        self._sprung = False
        self._writing = threading.Lock()

    def reached(self, moment: str) -> None:
        if moment != self.at or self._sprung:
            return
        self._skip -= 1
        if self._skip < 0:
            self._sprung = True
            with self._writing:  # who stands still in a transaction of SQLite holds everybody up
                os.kill(os.getpid(), self.signal)
            time.sleep(0.01)  # a signal to oneself from another thread than the first may take a moment

    def set(self) -> None:
        self._around_journal()
        self._around_effects()
        self._around_fence()
        self._around_database()
        if self.clock:
            wall = SystemClock.wall
            SystemClock.wall = lambda clock: wall(clock) + self.clock  # type: ignore[method-assign]
        if self.after:
            timer = threading.Timer(self.after, os.kill, (os.getpid(), self.signal))
            timer.daemon = True
            timer.start()

    def _around_journal(self) -> None:
        intend, record = Journal.intend, Journal.record

        async def intending(journal, ordinal, *, undo=False):
            self.reached(in_step(ordinal, "before-intent", undo=undo))
            await intend(journal, ordinal, undo=undo)
            self.reached(in_step(ordinal, "before-effect", undo=undo))

        async def recording(journal, ordinal, status, *, undo=False, **more):
            if status is not StepStatus.RUNNING:
                self.reached(in_step(ordinal, "before-done", undo=undo))
            await record(journal, ordinal, status, undo=undo, **more)

        Journal.intend, Journal.record = intending, recording

    def _around_effects(self) -> None:
        """An effect is in its middle as soon as the host has written its record."""
        run, numbers = Recorder.run, itertools.count(1)

        async def running(recorder, what):
            number, effects = next(numbers), _records()
            self.reached(effect(number, "before"))
            asked = asyncio.ensure_future(run(recorder, what))
            if self.at == effect(number, "during"):
                await _until(lambda: asked.done() or _records() != effects)
                self.reached(effect(number, "during"))
            result = await asked
            self.reached(effect(number, "after"))
            return result

        Recorder.run = running

    def _around_fence(self) -> None:
        raise_fence = FencedHost.raise_fence

        async def raising(host):
            self.reached(raising_fence("before"))
            await raise_fence(host)
            self.reached(raising_fence("after"))

        FencedHost.raise_fence = raising

    def _around_database(self) -> None:
        call, call_all = Database.call, Database.call_all

        def calling(database, name, **params):
            self.reached(in_call(name, "before"))
            with self._writing:
                row = call(database, name, **params)
            if row is not None:
                self.reached(in_call(name, "after"))
            return row

        def calling_all(database, name, calls):
            self.reached(in_call(name, "before"))
            with self._writing:
                rows = call_all(database, name, calls)
            self.reached(in_call(name, "after"))
            return rows

        Database.call, Database.call_all = calling, calling_all


async def _until(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110 - what is waited for happens in another process
        await asyncio.sleep(0.005)


def _records() -> set[str]:
    """The records that effects have left in the fence folders of this shop, which is the working folder."""
    folders = ("srv/*/.fraisier", "srv/*/.git/fraisier")
    return {str(path) for folder in folders for path in Path().glob(f"{folder}/effects/*.json")}


async def recover() -> None:
    """Observe until no request and no deployment is open, and no lease is left."""
    from fraisier.observer.worker import Observer

    config = App().config()
    database = App().database(config)
    observer = Observer(config, database)
    working = asyncio.create_task(observer.run())
    while not working.done() and open_work(database.path):
        observer.wake()
        await asyncio.sleep(LOOKS)
    observer.stop()
    await working


def main() -> int:
    Trap(**json.loads(sys.argv[1])).set()
    if sys.argv[2:] == ["recover"]:
        asyncio.run(recover())
        return 0
    return fraisier(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
