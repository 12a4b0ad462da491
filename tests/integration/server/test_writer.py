"""Deliveries that come together are on the disk after one commit, and each is answered after its own."""

import asyncio
import socket

import pytest

from fraisier.database import Database
from fraisier.errors import DatabaseError
from fraisier.server.run import listen
from fraisier.server.writer import Writer
from tests.support.door import A, opened, push


@pytest.fixture
def database(tmp_path):
    with Database(tmp_path / "fraisier.db") as found:
        found.call("fn_return_orphans")
        yield found


def delivery(number, **more):
    return {"provider": "github", "event_type": "push", "delivery_id": f"d-{number}", "commit_sha": A} | more


async def test_who_comes_while_one_is_written_shares_the_next_commit(database, monkeypatch):
    sizes, each = [], database.store_webhooks

    def counted(webhooks):
        sizes.append(len(webhooks))
        return each(webhooks)

    monkeypatch.setattr(database, "store_webhooks", counted)
    writer = Writer(database)
    rows = await asyncio.gather(*(writer.store(delivery(number)) for number in range(600)))
    assert [row["delivery_id"] for row in rows] == [f"d-{number}" for number in range(600)]
    assert sum(sizes) == 600
    assert len(sizes) <= 4
    assert len(database.rows("recent_webhooks", limit=1000)) == 600


async def test_one_that_cannot_be_stored_fails_alone(database):
    writer = Writer(database)
    good, bad = writer.store(delivery(1)), writer.store(delivery(2, outcome="impossible"))
    found = await asyncio.gather(good, bad, return_exceptions=True)
    assert found[0]["identifier"] == "hook_00001"
    assert isinstance(found[1], DatabaseError)


async def test_whoever_gives_up_waiting_does_not_stop_the_others(database):
    writer = Writer(database)
    waiting = [asyncio.create_task(writer.store(delivery(number))) for number in range(3)]
    await asyncio.sleep(0)
    waiting[1].cancel()
    found = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(one) for one in found] == [dict, asyncio.CancelledError, dict]
    assert len(database.rows("recent_webhooks")) == 3


async def test_a_database_that_fails_is_told_to_all_and_the_next_is_tried(database, monkeypatch):
    each, full = database.store_webhooks, [True]

    def stored(webhooks):
        if full:
            raise DatabaseError("The disk is full.")
        return each(webhooks)

    monkeypatch.setattr(database, "store_webhooks", stored)
    writer = Writer(database)
    found = await asyncio.gather(*(writer.store(delivery(n)) for n in range(3)), return_exceptions=True)
    assert {str(error) for error in found} == {"The disk is full."}
    full.clear()
    assert (await writer.store(delivery(9)))["delivery_id"] == "d-9"


def test_answers_are_not_held_back_for_an_acknowledgement():
    """asyncio sets TCP_NODELAY only on sockets of this kind; else two segments cost 40 ms."""
    bound = listen("localhost", 0)
    assert {one.proto for one in bound} == {socket.IPPROTO_TCP}
    for one in bound:
        one.close()


async def test_the_same_delivery_ten_times_at_once_is_one(settings, database):
    async with opened(settings, database) as door:
        answers = await asyncio.gather(*(door.send(push(), delivery="one") for _ in range(10)))
        assert sorted(answer.status_code for answer in answers) == [200] * 9 + [202]
        assert len(door.requests) == 1
