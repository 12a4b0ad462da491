"""`fraisier events`: what happened, in its order; the same that consumers of events get."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import click

from fraisier.cli import known, table, terminal, times
from fraisier.cli.app import App
from fraisier.cli.door import door
from fraisier.model.commit import short

if TYPE_CHECKING:
    from fraisier.database import Database
    from fraisier.events.event import Event, LogsUrl

HEADINGS: Final = ("Event", "When", "Type", "Fraise", "Environment", "Deployment", "Version", "Who", "Error")
POLL: Final = 0.5  # seconds


@door(
    "fraisier events",
    "fraisier events --type 'deployment.*' --fraise my_api --environment production",
    "fraisier events --since 1h",
    "fraisier events --follow --since 120 --json",
    name="events",
)
@click.option("--follow", "-f", is_flag=True, help="Go on with what happens from now on, until Ctrl-C.")
@click.option(
    "--since", metavar="WHEN", help="After an event's number, since a time, or the last 30m, 2h, 7d."
)
@click.option("--type", "kind", metavar="PATTERN", help="Only this type; * stands for anything.")
@click.option("--fraise", metavar="FRAISE", shell_complete=known.fraises, help="Only this fraise.")
@click.option(
    "--environment", metavar="ENV", shell_complete=known.environments, help="Only this environment."
)
@click.option("--deployment", metavar="ID", help="Only this deployment, such as dep_00001.")
@click.option(
    "--limit",
    default=20,
    show_default=True,
    type=click.IntRange(min=1),
    help="Without --since: at most so many.",
)
def command(app: App, follow: bool, since: str | None, limit: int, **only: str | None) -> None:
    """Show what happened, oldest first.

    With --json: an array of events, each as NATS and webhooks carry it; with --follow one event on each line.
    """
    from fraisier.events.event import logs_url

    config = app.config()
    database = app.database(config)
    only["type"] = only.pop("kind")
    found = _first(database, since, limit, only)
    where = logs_url(config.logs_url)
    events = _events(found, where)
    if follow:
        from fraisier.cli.following import until_interrupted

        with until_interrupted():
            _follow(app, database, events, where, only)
    elif app.json:
        terminal.answer([_as_dict(event) for event in events])
    elif events:
        table.show(HEADINGS, [_cells(event) for event in events])
    else:
        terminal.say("No events.")


def _first(
    database: Database, since: str | None, limit: int, only: dict[str, str | None]
) -> list[dict[str, Any]]:
    """What is there already, oldest first."""
    if since is None:
        return database.rows("latest_events", **only, limit=limit)[::-1]
    after, moment = _since(since)
    return list(_all_after(database, after, {**only, "since": moment}))


def _all_after(database: Database, after: int, only: dict[str, str | None]) -> Iterator[dict[str, Any]]:
    while rows := database.rows("events", after=after, **only):
        yield from rows
        after = rows[-1]["seq"]


def _since(text: str) -> tuple[int, str | None]:
    """A number of an event, or a moment. Raises a usage error for anything else."""
    from datetime import UTC, datetime

    from fraisier.config.units import seconds
    from fraisier.database.archive import cutoff

    if text.isdecimal():
        return int(text), None
    try:
        return 0, cutoff(seconds(text))
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is neither the number of an event, nor a time such as 2026-01-15T10:00:00Z or 2h.",
            param_hint="'--since'",
        ) from None
    return 0, f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"


def _events(rows: list[dict[str, Any]], where: LogsUrl) -> list[Event]:
    from fraisier.events.event import event_of

    return [event_of(row, where) for row in rows]


def _follow(
    app: App, database: Database, events: list[Event], where: LogsUrl, only: dict[str, str | None]
) -> None:
    import time

    after = events[-1].seq if events else _newest(database)
    while terminal.is_read():
        for event in events:
            terminal.say(event.payload().decode() if app.json else _line(event))
        time.sleep(POLL)
        events = _events(list(_all_after(database, after, only)), where)
        after = events[-1].seq if events else after


def _newest(database: Database) -> int:
    return max((row["seq"] for row in database.rows("latest_events", limit=1)), default=0)


def _as_dict(event: Event) -> dict[str, Any]:
    import msgspec

    return msgspec.structs.asdict(event)


def _cells(event: Event) -> tuple[str, ...]:
    return (
        str(event.seq),
        times.moment(event.time),
        event.type,
        event.fraise or times.NOTHING,
        event.environment or times.NOTHING,
        event.deployment_id or times.NOTHING,
        short(event.version),
        event.actor or times.NOTHING,
        event.error or times.NOTHING,
    )


def _line(event: Event) -> str:
    """One event while it is being followed: there is no widest row yet."""
    return terminal.one_line("  ".join(cell for cell in _cells(event) if cell != times.NOTHING))
