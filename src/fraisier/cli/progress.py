"""Watching a deployment: live on a terminal, plain lines everywhere else. Neither ever raises."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, TextIO

from fraisier.cli import steps, terminal
from fraisier.cli.app import App
from fraisier.model.plan import Plan
from fraisier.model.report import Progress, StepReport
from fraisier.model.status import Kind
from fraisier.model.step import Step
from fraisier.observer.recorded import Recorded

if TYPE_CHECKING:
    from rich.status import Status

UNWRITABLE: Final = (OSError, ValueError)  # the reader left, or the stream is closed


@contextmanager
def watching(app: App) -> Iterator[Progress]:
    """A watcher for standard output, or for standard error when standard output is for machines."""
    stream = sys.stderr if app.json else sys.stdout
    with _watcher(stream) as watcher:
        yield Recorded(watcher)


def among(app: App, name: str) -> Progress:
    """A watcher for one of several that run at the same time: plain lines that begin with its name."""
    return Recorded(Plain(sys.stderr if app.json else sys.stdout, f"[{terminal.one_line(name)}] "))


@contextmanager
def _watcher(stream: TextIO) -> Iterator[Progress]:
    if not terminal.is_live(stream):
        yield Plain(stream)
        return
    live = Live(stream)
    try:
        yield live
    finally:
        live.close()


class Plain:
    """One line for each thing that happens; `prefix` begins each."""

    def __init__(self, stream: TextIO, prefix: str = "") -> None:
        self._stream = stream
        self._prefix = prefix
        self._running = False
        self._returns = True

    def planned(self, deployment_id: str, plan: Plan) -> None:  # noqa: ARG002 - the contract of Progress
        self._returns = _returns(plan)
        self._write(steps.heading(plan))
        for note in plan.notes:
            self._write(f"  Note: {terminal.one_line(note)}")
        self._write("")

    def step_started(self, step: Step, *, undoing: bool = False) -> None:
        self._running = True
        line = None if undoing else steps.started(step, undoing=False)
        if line:
            self._write(f"  ⟳ {line}")

    def step_ended(self, step: Step, report: StepReport, *, undoing: bool = False) -> None:
        self._running = False
        if steps.silent(report, undoing=undoing):
            return
        line, colour = steps.ended(step, report, undoing=undoing)
        self._write(f"  {line}", colour)

    def said(self, text: str) -> None:
        """What a running step says returns as its note; anything else gets a line."""
        if not self._running:
            self._write(f"  {terminal.one_line(text)}")

    def turned_back(self, reason: str) -> None:
        self._running = False
        if self._returns:
            self._write(f"  ↩ {steps.turned(reason)}", "yellow")

    def _write(self, text: str, colour: str | None = None) -> None:
        lines = (f"{self._prefix}{line}".rstrip() for line in text.split("\n"))
        with suppress(*UNWRITABLE):
            terminal.write("\n".join(lines), self._stream, colour=colour)


class Live:
    """A spinner that turns into a line with its seconds."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console

        self._console = Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=True)
        self._stream = stream
        self._spinner: Status | None = None
        self._returns = True

    def planned(self, deployment_id: str, plan: Plan) -> None:
        self._returns = _returns(plan)
        self._line(steps.heading(plan), "bold")
        for note in plan.notes:
            self._line(f"  Note: {terminal.one_line(note)}", "yellow")
        self._line(f"  {deployment_id}\n", "bright_black")

    def step_started(self, step: Step, *, undoing: bool = False) -> None:
        self._spin(steps.started(step, undoing=undoing) or f"{step.title}...")

    def step_ended(self, step: Step, report: StepReport, *, undoing: bool = False) -> None:
        self.close()
        if steps.silent(report, undoing=undoing):
            return
        line, colour = steps.ended(step, report, undoing=undoing)
        self._line(f"  {line}", colour, _seconds(report))

    def said(self, text: str) -> None:
        if self._spinner is None:
            self._line(f"  {terminal.one_line(text)}", "")
        else:
            self._spin(terminal.one_line(text))

    def turned_back(self, reason: str) -> None:
        self.close()
        if self._returns:
            self._line(f"  ↩ {steps.turned(reason)}", "yellow")

    def close(self) -> None:
        """Take the spinner away and give the cursor back."""
        if self._spinner is not None:
            with suppress(*UNWRITABLE):
                self._spinner.stop()
            self._spinner = None

    def _spin(self, text: str) -> None:
        from rich.text import Text

        shown = Text(terminal.carried(text, self._stream))
        with suppress(*UNWRITABLE):
            if self._spinner is None:
                self._spinner = self._console.status(shown, spinner=self._spinner_name())
                self._spinner.start()
            else:
                self._spinner.update(shown)

    def _spinner_name(self) -> str:
        return "dots" if terminal.carried("⠋", self._stream) == "⠋" else "line"

    def _line(self, text: str, style: str, dim: str = "") -> None:
        from rich.text import Text

        line = Text(terminal.carried(text, self._stream), style)
        line.append(dim, "bright_black")
        with suppress(*UNWRITABLE):
            self._console.print(line)


def _returns(plan: Plan) -> bool:
    """A job that fails leaves the version that is live alone: there is no way back to tell of."""
    return plan.kind is not Kind.JOB


def _seconds(report: StepReport) -> str:
    return f"  {report.duration_seconds:.1f}s" if report.duration_seconds else ""
