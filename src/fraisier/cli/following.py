"""What `logs --follow` says as it comes: the steps of a deployment until its end, the lines of a service until Ctrl-C."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import click

from fraisier.cli import terminal
from fraisier.cli.app import App
from fraisier.cli.failure import INTERRUPTED
from fraisier.cli.members import members_of

if TYPE_CHECKING:
    from fraisier.config.environment import Environment

POLL: Final = 0.5  # seconds
GOING_ON: Final = frozenset(("pending", "running"))


def run(app: App, fraise: str, environment: str | None, tail: int) -> None:
    """One word names a deployment, two name a fraise and its environment."""
    with until_interrupted():
        if environment:
            _service(app, fraise, environment, tail)
        else:
            _deployment(app, fraise)


@contextmanager
def until_interrupted() -> Iterator[None]:
    """Ctrl-C is the way to leave: only the exit code tells of it."""
    try:
        yield
    except KeyboardInterrupt:
        raise click.exceptions.Exit(INTERRUPTED) from None


def _service(app: App, fraise: str, environment: str, tail: int) -> None:
    import asyncio

    from fraisier.observer.following import follow
    from fraisier.observer.grounds import Grounds

    config = app.config()
    asked = config.get_fraise(fraise)
    grounds = Grounds(app.database(config), config.path)

    def saying(target: Environment) -> Callable[[str], None]:
        whose = target.fraise if asked.services else None
        return lambda line: terminal.say(json_line(line, whose) if app.json else _plain(line, whose))

    async def together() -> None:
        members = members_of(config, asked, environment)
        await asyncio.gather(*(follow(grounds, one, tail, saying(one)) for one in members))

    asyncio.run(together())


def json_line(line: str, fraise: str | None = None) -> str:
    """One line of a service as an object; `fraise` says which member of a group wrote it."""
    import json

    return json.dumps({"schema": 1, **({"fraise": fraise} if fraise else {}), "line": line})


def _plain(line: str, fraise: str | None) -> str:
    return terminal.clean(f"[{fraise}] {line}" if fraise else line)


def _deployment(app: App, name: str) -> None:
    import time

    from fraisier.cli import journal

    database = app.database(app.config())
    row, steps = journal.read(database, name)
    if not app.json:
        _say(journal.heading(row))
    told: set[tuple[int, str]] = set()
    while row["status"] == "in_progress" and terminal.is_read():
        _tell(app, row, steps, told)
        time.sleep(POLL)
        row, steps = journal.read(database, name)
    _tell(app, row, steps, told)
    if app.json:
        terminal.answer(journal.as_dict(row, steps))
    else:
        _say(journal.ending(row, steps))


def _tell(app: App, row: dict[str, Any], steps: list[dict[str, Any]], told: set[tuple[int, str]]) -> None:
    """Each step once for each way in which it ended."""
    from fraisier.cli import journal

    ended = [step for step in steps if step["status"] not in GOING_ON]
    for step in ended:
        if (step["ordinal"], step["status"]) not in told and not app.json:
            _say(journal.of_step(row, step))
    told.update((step["ordinal"], step["status"]) for step in ended)


def _say(lines: list[tuple[str, str | None]]) -> None:
    for text, colour in lines:
        terminal.say(text, colour=colour)
