"""What signals mean to a command: the first undoes (or stops waiting), the second lets go."""

from __future__ import annotations

import asyncio
import signal
import threading
from types import TracebackType
from typing import ClassVar, Protocol, Self

from fraisier.errors import DeploymentError, Interrupted

NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Work(Protocol):
    """What a signal may end."""

    def stop(self, cause: DeploymentError) -> None:
        """Undo what was begun."""
        ...

    def drop(self) -> None:
        """Let go at once."""
        ...


class Terminated(Interrupted):
    """SIGTERM asked us to stop; what was begun has been undone."""

    exit_code: ClassVar[int] = 143


class Source:
    """Catches the signals of one process while its block runs; everybody who joined hears of them, however late.

    Only the main thread of a process can catch them; a program that deploys from another one handles its own.
    """

    def __init__(self) -> None:
        self._joined: list[Signals] = []
        self._caught: list[signal.Signals] = []

    def join(self, signals: Signals) -> None:
        self._joined.append(signals)
        for number in self._caught:
            signals.caught(number)

    def leave(self, signals: Signals) -> None:
        self._joined.remove(signals)

    def __enter__(self) -> Self:
        if _in_main_thread():
            loop = asyncio.get_running_loop()
            for number in NUMBERS:
                loop.add_signal_handler(number, self._tell, number)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if _in_main_thread():
            loop = asyncio.get_running_loop()
            for number in NUMBERS:
                loop.remove_signal_handler(number)

    def _tell(self, number: signal.Signals) -> None:
        self._caught.append(number)
        for signals in [*self._joined]:
            signals.caught(number)


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


class Signals:
    """Set before a lease is taken, removed after it is freed. As long as nothing is owned, a signal cancels the
    task that entered the block; `cause` then says why. Several at the same time share one `source`.
    """

    def __init__(self, source: Source | None = None) -> None:
        self.cause: DeploymentError | None = None
        self._source = source or Source()
        self._shared = source is not None
        self._work: Work | None = None
        self._task: asyncio.Task[object] | None = None

    def owns(self, work: Work | None) -> None:
        """From now on the first signal stops this work and the second drops it. None: nothing is owned any more."""
        self._work = work

    def __enter__(self) -> Self:
        self._task = asyncio.current_task()
        if not self._shared:
            self._source.__enter__()
        self._source.join(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._source.leave(self)
        if not self._shared:
            self._source.__exit__(kind, error, trace)

    def caught(self, number: signal.Signals) -> None:
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
