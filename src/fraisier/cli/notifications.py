"""`fraisier notifications`: who is told what happens, what they did not get, and sending it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from fraisier.cli import table, terminal, times
from fraisier.cli.app import App
from fraisier.cli.door import common_options, door

if TYPE_CHECKING:
    from fraisier.database import Database
    from fraisier.events.consumer import Consumer

HEADINGS: Final = ("Receiver", "Behind", "Failing since", "Next try", "Failed", "Last error")
FAILED: Final = ("Failed", "Receiver", "Event", "Type", "Deployment", "When", "Why")


@door("fraisier notifications list", "fraisier notifications list --json", name="list")
def show(app: App) -> None:
    """Show who is told what happens, and what did not arrive.

    Among the receivers are the event stream and the forges that get commit statuses. What does not arrive is tried
    again for a day; then, or when a receiver refuses it, it is kept here.
    """
    database = app.database(app.config())
    rows, failed = database.rows("outbox"), database.rows("deliveries")
    if app.json:
        terminal.answer(
            {
                "schema": 1,
                "receivers": [_receiver(row) for row in rows],
                "failed": [_failed(row) for row in failed],
            }
        )
        return
    if rows:
        table.show(HEADINGS, [_cells(row) for row in rows])
    else:
        terminal.say("Nobody has been told anything yet: `fraisier serve` and `fraisier observe` do that.")
    if failed:
        terminal.say()
        table.show(FAILED, [_failed_cells(row) for row in failed])
        terminal.say("Send them again: fraisier notifications retry")


@door(
    "fraisier notifications retry",
    "fraisier notifications retry ntf_00001",
    "fraisier notifications retry --receiver slack-1a2b3c",
    name="retry",
    acts=True,
)
@click.argument("delivery", required=False)
@click.option("--receiver", metavar="NAME", help="Only what this receiver did not get.")
def retry(app: App, delivery: str | None, receiver: str | None) -> None:
    """Send again what did not arrive, and try now what waits for its next try.

    It is sent by `fraisier serve` or `fraisier observe`.
    """
    from fraisier.errors import UnknownName

    database = app.database(app.config())
    asked = {"delivery": delivery, "consumer": receiver}
    done = database.call("fn_retry_deliveries", **asked) or {"again": 0, "woken": 0}
    if (delivery or receiver) and not (done["again"] or done["woken"]):
        raise UnknownName("Nothing like that waits to be sent again.", hint="fraisier notifications list")
    if app.json:
        terminal.answer({"schema": 1, **done})
        return
    terminal.say(f"{done['again']} sent again, {done['woken']} receivers tried now.")
    if (done["again"] or done["woken"]) and not _relayed(database):
        terminal.complain(
            "Nothing relays events now: it is sent when `fraisier serve` or `fraisier observe` runs."
        )


@door("fraisier notifications test", "fraisier notifications test slack-1a2b3c", name="test")
@click.argument("receiver", required=False)
def test(app: App, receiver: str | None) -> int:
    """Send a test message to every receiver of the configuration, or to one, now.

    Exits with 1 when one did not take it.
    """
    import asyncio

    config = app.config()
    found = asyncio.run(_test(_consumers(app, receiver)))
    if app.json:
        terminal.answer([{"schema": 1, "receiver": name, "error": error} for name, error in found])
    else:
        for name, error in found:
            terminal.say(f"✗ {name}: {error}" if error else f"✓ {name}", colour="red" if error else "green")
    if not found and not app.json:
        terminal.say(f"{config.path} names no receivers: webhooks:")
    return int(any(error for _, error in found))


def _consumers(app: App, name: str | None) -> list[Consumer]:
    from fraisier.errors import UnknownName
    from fraisier.events.notify.receiver import consumers
    from fraisier.secrets.resolver import Resolver
    from fraisier.secrets.variables import Variables

    config = app.config()
    found = consumers(config.receivers, Resolver(Variables(config.path)).resolve)
    chosen = [each for each in found if name in {None, each.name}]
    if name and not chosen:
        names = ", ".join(each.name for each in found) or "none"
        raise UnknownName(f"No receiver is called {name}.", hint=f"known: {names}")
    return chosen


async def _test(consumers: list[Consumer]) -> list[tuple[str, str | None]]:
    import asyncio

    return await asyncio.gather(*map(_tell, consumers))


async def _tell(consumer: Consumer) -> tuple[str, str | None]:
    from fraisier.errors import FraiseQLError

    try:
        await consumer.deliver(_greeting())
    except FraiseQLError as error:
        return consumer.name, error.message
    finally:
        await consumer.close()
    return consumer.name, None


def _greeting() -> Any:
    import uuid

    from fraisier.cli import person
    from fraisier.database.archive import cutoff
    from fraisier.events.event import event_of

    row = dict.fromkeys(("fraise", "environment", "deployment_id", "version", "duration", "error"), None) | {
        "type": "notification.test",
        "job": "",
        "seq": 0,
        "id": str(uuid.uuid4()),
        "actor": person.name(),
    }
    row |= {"time": cutoff(0.0), "data": '{"reason": "This is a test of Fraisier."}'}
    return event_of(row, lambda _: None)


def _relayed(database: Database) -> bool:
    row = database.row("relay")
    return bool(row and row["valid"])


def _receiver(row: dict[str, Any]) -> dict[str, Any]:
    keys = ("name", "lag", "waiting_since", "failing_since", "next_try_at", "last_error", "failed")
    return {key: row[key] for key in keys}


def _failed(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["identifier"],
        "receiver": row["consumer"],
        "status": row["status"],
        "attempts": row["attempts"],
        "error": row["why"],
        "failed_at": row["failed_at"],
        "event": {key: row[key] for key in ("seq", "id", "type", "fraise", "environment", "deployment_id")},
    }


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        str(row["name"]),
        str(row["lag"]),
        times.moment(row["failing_since"]),
        times.moment(row["next_try_at"]),
        str(row["failed"]),
        str(row["last_error"] or times.NOTHING),
    )


def _failed_cells(row: dict[str, Any]) -> tuple[str, ...]:
    again = " (is sent again)" if row["status"] == "again" else ""
    return (
        str(row["identifier"]),
        str(row["consumer"]),
        str(row["seq"]),
        str(row["type"]),
        str(row["deployment_id"] or times.NOTHING),
        times.moment(row["failed_at"]),
        f"{row['why']}{again}",
    )


command = click.Group(
    "notifications",
    help="Show who is told what happens, and send again what did not arrive.",
    commands=[show, retry, test],
    params=common_options(),
    context_settings={"help_option_names": ["-h", "--help"]},
)
