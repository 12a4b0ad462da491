"""What signals mean to a command: the first undoes (or stops waiting), the second lets go."""

from __future__ import annotations

import asyncio
import signal
from types import TracebackType
from typing import ClassVar, Self

from fraisier.errors import DeploymentError, Interrupted
from fraisier.observer.attempt import Attempt
from fraisier.observer.rescue import Rescue

NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Terminated(Interrupted):
    """SIGTERM asked us to stop; what was begun has been undone."""

    exit_code: ClassVar[int] = 143


class Signals:
    """Set before a lease is taken, removed after it is freed. As long as nothing is owned, a signal cancels the
    task that entered the block; `cause` then says why.
    """

    def __init__(self) -> None:
        self.cause: DeploymentError | None = None
        self._work: Attempt | Rescue | None = None
        self._task: asyncio.Task[object] | None = None

    def owns(self, work: Attempt | Rescue | None) -> None:
        """From now on the first signal stops this work and the second drops it. None: nothing is owned any more."""
        self._work = work

    def __enter__(self) -> Self:
        self._task = asyncio.current_task()
        loop = asyncio.get_running_loop()
        for number in NUMBERS:
            loop.add_signal_handler(number, self._caught, number)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        loop = asyncio.get_running_loop()
        for number in NUMBERS:
            loop.remove_signal_handler(number)

    def _caught(self, number: signal.Signals) -> None:
        if self.cause is not None:
            if self._work is not None:
                self._work.drop()
            return
        error = Terminated if number is signal.SIGTERM else Interrupted
        self.cause = error(f"Interrupted by {number.name}.", hint="Run the same command again.")
        if self._work is not None:
            self._work.stop(self.cause)
        elif self._task is not None:
            self._task.cancel()
