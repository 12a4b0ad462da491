"""Writes that come together share a commit, and whoever waits for one is always told."""

from __future__ import annotations

import asyncio
import threading

import pytest

from fraisier.database.together import Together
from fraisier.errors import DatabaseError


class Disk:
    """Is written in batches, each as soon as it is let go."""

    def __init__(self, answer=dict):
        self.batches, self.answer = [], answer
        self.free, self.begun = threading.Semaphore(0), threading.Event()

    def write(self, batch):
        self.batches.append([one["n"] for one in batch])
        self.begun.set()
        self.free.acquire()
        return [self.answer(one) for one in batch]


async def two_batches(disk, together):
    """The first write on its way to the disk, and three that wait for it."""
    first = asyncio.create_task(together.store({"n": 0}))
    await asyncio.to_thread(disk.begun.wait)
    more = [asyncio.create_task(together.store({"n": n})) for n in (1, 2, 3)]
    await asyncio.sleep(0)
    return [first, *more]


async def test_those_who_come_while_one_is_written_share_the_next_commit():
    disk = Disk()
    together = Together(disk.write, most=2)
    writes = await two_batches(disk, together)
    for _ in range(3):
        disk.free.release()
    assert await asyncio.gather(*writes) == [{"n": n} for n in range(4)]
    assert disk.batches == [[0], [1, 2], [3]]


async def test_each_has_an_answer_of_its_own():
    disk = Disk(lambda one: {1: None, 2: DatabaseError("no")}.get(one["n"], one))
    writes = await two_batches(disk, Together(disk.write))
    disk.free.release(2)
    answers = await asyncio.gather(*writes, return_exceptions=True)
    assert (answers[0], answers[1], str(answers[2]), answers[3]) == ({"n": 0}, None, "no", {"n": 3})


async def test_a_bug_reaches_everybody_and_the_next_is_written_again():
    disk = Disk(lambda one: one["unknown"])
    together = Together(disk.write)
    writes = await two_batches(disk, together)
    disk.free.release(2)
    answers = await asyncio.gather(*writes, return_exceptions=True)
    assert {type(answer) for answer in answers} == {KeyError}
    disk.answer = dict
    disk.free.release()
    assert await together.store({"n": 4}) == {"n": 4}


async def test_who_is_cancelled_waits_until_it_is_written():
    disk = Disk()
    writes = await two_batches(disk, Together(disk.write))
    writes[0].cancel()
    await asyncio.sleep(0)
    assert not writes[0].done()
    disk.free.release(2)
    with pytest.raises(asyncio.CancelledError):
        await writes[0]
    assert await writes[1] == {"n": 1}


def test_nobody_waits_for_a_loop_that_has_ended():
    disk = Disk()

    async def leave():
        writes = await two_batches(disk, Together(disk.write))
        disk.free.release()
        return writes

    writes = asyncio.run(leave())
    assert all(write.done() for write in writes)
