"""The demo from the first line to the last: set up, play, tidy up, whatever happens in between."""

from __future__ import annotations

import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

from fraisier.demo import processes, server
from fraisier.demo.acts import ACTS, ActFailed, Play
from fraisier.demo.commands import Commands, Say
from fraisier.demo.shop import Shop
from fraisier.demo.visitors import Visitors
from fraisier.demo.workshop import ENVIRONMENT, FRAISE, Workshop, open_workshop
from fraisier.errors import ConfigurationError, FraiseQLError

TRACES: Final = 15  # lines of the server's log that a failed demo shows


def run(*, folder: Path | None, keep: bool, say: Say) -> None:
    """Play all acts in a new folder, below `folder` if one is given.

    Raises `ActFailed` naming the act that failed; a signal ends it as if it had never begun.
    """
    began = time.monotonic()
    with _place(folder, keep=keep) as place:
        workshop = open_workshop(place)
        say(f"Everything happens in {place}: a Git repository, a service, fraises.yaml, a database.\n")
        _play(workshop, say)
    if keep:
        say(_where_to_look(workshop))
    else:
        say("Nothing is left: the processes are ended, the folder is removed.")
    say(f"The demo took {time.monotonic() - began:.1f} s.")


def stop(folder: Path) -> None:
    """End and remove a demo that was kept. Raises `ConfigurationError` when `folder` holds none."""
    if not (folder / "demo.env").is_file():
        raise ConfigurationError(
            f"{folder} holds no demo.", hint="Name the folder that `fraisier demo --keep` printed."
        )
    _remove(folder.resolve())


def _play(workshop: Workshop, say: Say) -> None:
    fraisier, shop, visitors = Commands(workshop, say), Shop(workshop), Visitors(port=workshop.service_port)
    shop.open()
    server.start(workshop, fraisier)
    play = Play(workshop=workshop, shop=shop, fraisier=fraisier, visitors=visitors, say=say)
    try:
        for number, (title, act) in enumerate(ACTS, 1):
            say(f"── {number}. {title} ".ljust(78, "─") + "\n")
            _perform(f"Act {number} of the demo ({title})", act, play)
            say("")
    finally:
        visitors.stop()
    say(visitors.summary())


def _perform(name: str, act: Callable[[Play], None], play: Play) -> None:
    try:
        act(play)
    except FraiseQLError as error:
        _show_traces(play.workshop, play.say)
        raise ActFailed(f"{name} failed: {error.message}", hint=error.hint) from error


def _show_traces(workshop: Workshop, say: Say) -> None:
    lines = workshop.server_log.read_text(encoding="utf-8", errors="replace").splitlines()[-TRACES:]
    say("\nThe last lines of the server:\n" + "\n".join(f"  {line}" for line in lines))


def _where_to_look(workshop: Workshop) -> str:
    return f"""\
The service and the server still run. To play on:
  . {workshop.settings}
  fraisier status {FRAISE} {ENVIRONMENT}
  curl {workshop.service}/
  cd {workshop.checkout}    # change app.py, commit, push; then: fraisier deploy {FRAISE} {ENVIRONMENT}
To stop and remove it all:
  fraisier demo --stop {workshop.folder}"""


@contextmanager
def _place(folder: Path | None, *, keep: bool) -> Iterator[Path]:
    """A new folder, removed again with everything that runs in it; kept only when all went well."""
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    with _signals_end_it():
        place = Path(tempfile.mkdtemp(prefix="fraisier-demo-", dir=folder)).resolve()
        played = False
        try:
            yield place
            played = True
        finally:
            if not (keep and played):
                _remove(place)


def _remove(folder: Path) -> None:
    """Nothing interrupts the tidying up."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for last in (False, False, True):
        processes.end(folder)
        try:
            shutil.rmtree(folder)
        except OSError:  # a process that was only just starting has written there: look again
            if last:
                raise
        else:
            return


@contextmanager
def _signals_end_it() -> Iterator[None]:
    """SIGTERM and SIGHUP leave as Ctrl-C does: through every `finally`."""
    before = {number: signal.signal(number, _leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)
