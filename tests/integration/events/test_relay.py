"""The relay over a real database: every event once, in order, to everybody, whoever dies."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from fraisier.database import Database
from fraisier.events.consumer import Undelivered
from fraisier.events.relay import Relay
from tests.support.nats import nats_server
from tests.support.processes import until as sooner_or_later
from tests.support.receiver import Receiver, relaying, tell, until

ROOT = Path(__file__).parents[3]


@pytest.fixture
def database(tmp_path):
    with Database(tmp_path / "fraisier.db") as made:
        yield made


def positions(database):
    return {row["name"]: row["position"] for row in database.rows("outbox")}


async def test_everybody_gets_every_event_in_order(database):
    one, two = Receiver("one"), Receiver("two")
    tell(database, "a.1", "boring.2", "a.3")
    async with relaying(database, one, two):
        await until(lambda: one.got == two.got == [1, 3])
        tell(database, *["a.x"] * 250)
        await until(lambda: len(one.got) == len(two.got) == 252)
    assert one.got == two.got == [1, *range(3, 254)]
    assert positions(database) == {"one": 253, "two": 253}
    assert one.closed
    assert database.row("relay") is None


async def test_what_was_delivered_is_not_delivered_again_by_the_next(database):
    for number in (1, 2):
        tell(database, "a.x")
        receiver = Receiver("one")
        async with relaying(database, receiver):
            await until(lambda n=number: positions(database).get("one") == n)
        assert receiver.got == [number]


async def test_a_dead_receiver_delays_nobody_and_gets_everything_later(database):
    dead, well = Receiver("dead"), Receiver("well")
    dead.down = True
    async with relaying(database, dead, well):
        tell(database, "a.1", "a.2")
        await until(lambda: well.got == [1, 2])
        await until(lambda: positions(database)["well"] == 2)
        await until(lambda: database.rows("outbox")[0]["last_error"])
        [row, _] = database.rows("outbox")
        assert (row["name"], row["position"], row["lag"]) == ("dead", 0, 2)
        assert row["last_error"] == "It is down."
        assert row["failing_since"]
        dead.down = False
        await until(lambda: dead.got == [1, 2])
        await until(lambda: positions(database)["dead"] == 2)
        assert database.rows("outbox")[0]["failing_since"] is None


async def test_what_is_refused_is_kept_and_can_be_sent_again(database):
    receiver = Receiver("one")
    receiver.refuses = {"a.2"}
    async with relaying(database, receiver):
        tell(database, "a.1", "a.2", "a.3")
        await until(lambda: receiver.got == [1, 3])
        [kept] = database.rows("deliveries")
        assert (kept["consumer"], kept["seq"], kept["status"]) == ("one", 2, "failed")
        assert kept["why"] == "It does not want this."
        assert database.call("fn_retry_deliveries", delivery=kept["identifier"]) == {"again": 1, "woken": 0}
        await until(lambda: database.rows("deliveries")[0]["attempts"] == 2)
        receiver.refuses = set()
        database.call("fn_retry_deliveries", consumer="one")
        await until(lambda: not database.rows("deliveries"))
    assert receiver.got == [1, 3, 2]


async def test_an_event_that_became_too_old_is_given_up(database):
    receiver = Receiver("one")
    receiver.down, receiver.patience = True, 0.0
    async with relaying(database, receiver):
        tell(database, "a.1", "a.2")
        await until(lambda: len(database.rows("deliveries")) == 2)
        assert positions(database) == {"one": 2}


async def test_what_failed_a_month_ago_goes(database):
    receiver = Receiver("one")
    receiver.refuses = {"a.1", "a.2"}
    async with relaying(database, receiver):
        tell(database, "a.1")
        await until(lambda: len(database.rows("deliveries")) == 1)
        connection = sqlite3.connect(database.path)
        with connection:
            connection.execute("UPDATE tb_event_delivery SET failed_at = '2026-01-01T00:00:00.000000Z'")
        connection.close()
        tell(database, "a.2")
        await until(lambda: [row["seq"] for row in database.rows("deliveries")] == [2])


async def test_who_waits_for_the_next_try_can_be_hurried(database):
    receiver = Receiver("one")
    receiver.down, receiver.longest_pause = True, 3600.0
    tell(database, *["a.x"] * 2)
    async with relaying(database, receiver):
        await until(lambda: database.rows("outbox") and database.rows("outbox")[0]["attempts"] >= 4)
        receiver.down = False
        assert database.call("fn_retry_deliveries")["woken"] == 1
        await until(lambda: receiver.got == [1, 2], 3)


async def test_a_new_consumer_begins_now_or_at_the_start(database):
    tell(database, "a.1")
    late, early = Receiver("late"), Receiver("early")
    late.from_start = False
    async with relaying(database, late, early):
        await until(lambda: early.got == [1])
        tell(database, "a.2")
        await until(lambda: early.got == [1, 2] and late.got == [2])


async def test_who_is_not_configured_any_more_is_forgotten(database):
    gone, stays = Receiver("gone"), Receiver("stays")
    gone.refuses = {"a.1"}
    async with relaying(database, gone, stays):
        tell(database, "a.1")
        await until(lambda: len(database.rows("deliveries")) == 1)
    async with relaying(database, stays):
        await until(lambda: list(positions(database)) == ["stays"])
    assert database.rows("deliveries") == []


async def test_a_bug_in_one_consumer_is_no_trouble_for_the_others(database):
    broken, well = Receiver("broken"), Receiver("well")
    broken.deliver = None
    async with relaying(database, broken, well):
        tell(database, "a.1")
        await until(lambda: well.got == [1])
        await until(lambda: database.rows("outbox")[0]["last_error"] is not None)
    assert database.rows("outbox")[0]["last_error"] == "unexpected TypeError."


class Deaf(Receiver):
    """Its answer comes in the moment in which it is told to end, and is all that it has heard."""

    def __init__(self, fails):
        super().__init__("deaf")
        self.fails, self.asked = fails, False

    async def last(self):
        self.asked = True
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        if self.fails:
            raise Undelivered("It is down.")


@pytest.mark.parametrize("fails", [False, True])
async def test_a_relay_ends_although_a_consumer_keeps_the_cancellation_to_itself(database, fails):
    deaf = Deaf(fails)
    relay = asyncio.create_task(Relay(database, [deaf], lease=30).run())
    await until(lambda: deaf.asked)
    relay.cancel()
    ended, _ = await asyncio.wait([relay], timeout=5)
    assert ended == {relay}
    assert deaf.closed
    assert database.row("relay") is None


@contextmanager
def process(database, file, way="live", lease=1.0):
    argv = [sys.executable, "-m", "tests.support.receiver", str(database.path), str(file), str(lease), way]
    running = subprocess.Popen(argv, cwd=ROOT)
    try:
        yield running
    finally:
        running.kill()
        running.wait()


def arrived(file):
    return [int(line.split()[0]) for line in file.read_text().splitlines()] if file.exists() else []


@pytest.mark.parametrize(("way", "expected"), [("die", [1, 2, 3, 3, 4, 5]), ("die-known", [1, 2, 3, 4, 5])])
def test_a_relay_that_dies_after_a_delivery(database, tmp_path, way, expected):
    """Its successor cannot know; a receiver that can tell what it got is asked."""
    file = tmp_path / "arrived"
    tell(database, *["a.x"] * 5)
    with process(database, file, way) as dies:
        assert dies.wait(20) == -signal.SIGKILL
    with process(database, file, "live-known" if way.endswith("known") else "live"):
        assert sooner_or_later(lambda: arrived(file) == expected, 20), arrived(file)


def test_a_relay_that_dies_after_publishing(database, tmp_path):
    """NATS drops what it has had, and says what its newest is: each event is on the stream once."""
    with nats_server(tmp_path / "nats") as server:
        server.start()
        tell(database, *["a.x"] * 5)
        with process(database, server.url, "die") as dies:
            assert dies.wait(30) == -signal.SIGKILL
        assert [event["seq"] for _, event in server.messages()] == [1, 2, 3]
        assert positions(database) == {"nats": 0}
        with process(database, server.url):
            assert sooner_or_later(lambda: positions(database) == {"nats": 5}, 30)
        assert [event["seq"] for _, event in server.messages()] == [1, 2, 3, 4, 5]


def test_of_two_relays_one_feeds_and_the_other_takes_over(database, tmp_path):
    file = tmp_path / "arrived"
    with process(database, file) as first, process(database, file) as second:
        assert sooner_or_later(lambda: database.row("relay"), 20)
        tell(database, *["a.x"] * 20)
        assert sooner_or_later(lambda: arrived(file) == [*range(1, 21)], 20)
        leader, other = first, second
        if not database.row("relay")["holder"].endswith(f":{first.pid}"):
            leader, other = second, first
        os.kill(leader.pid, signal.SIGSTOP)
        tell(database, *["a.x"] * 20)
        assert sooner_or_later(lambda: arrived(file) == [*range(1, 41)], 20)
        assert database.row("relay")["holder"].endswith(f":{other.pid}")
        os.kill(leader.pid, signal.SIGCONT)
        tell(database, *["a.x"] * 20)
        assert sooner_or_later(lambda: arrived(file) == [*range(1, 61)], 20), arrived(file)
        assert leader.poll() is None
