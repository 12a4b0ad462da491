"""Asking an address of the network is done on the machine, in a process that ends in time."""

from __future__ import annotations

import asyncio
import contextlib
import sys

import pytest

from fraisier.hosts.fenced import open_reader
from fraisier.model.host import Reply
from fraisier.transport.local import Local
from tests.support.fenced import arguments, until


@contextlib.asynccontextmanager
async def silent():
    """A server that accepts and never answers; `asked` holds what it was sent."""
    asked, over = [], asyncio.Event()

    async def hang(reader, writer):
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        await over.wait()
        writer.close()

    async with await asyncio.start_server(hang, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1], asked
        over.set()


@pytest.fixture
async def host(fenced):
    async with open_reader(fenced.way, fenced.redactor) as host:
        yield host


async def test_every_question_has_a_process_of_its_own_which_ends_in_time(host, fenced):
    runner = fenced.way.pids[0]
    async with silent() as (port, asked):
        slow = asyncio.create_task(host.get(f"http://u:s3cret@127.0.0.1:{port}/?q=s3cret", within=1.0))
        await until(lambda: asked)
        assert len(tree := await host.process_tree(runner)) == 2
        assert not any("s3cret" in arguments().get(pid, "") for pid in tree)
        assert await slow == Reply(trouble="late")
    assert await host.process_tree(runner) == [runner]


async def test_it_ends_in_time_where_alarms_are_ignored(fenced, tmp_path):
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\ntrap '' ALRM\nexec {sys.executable} \"$@\"\n")
    python.chmod(0o755)
    async with silent() as (port, _), open_reader(Local(str(python)), fenced.redactor) as host:
        assert await host.get(f"http://127.0.0.1:{port}/", within=0.3) == Reply(trouble="late")


async def test_the_machine_answers_others_meanwhile(host):
    async with silent() as (port, asked):
        slow = asyncio.create_task(host.get(f"http://127.0.0.1:{port}/", within=30.0))
        await until(lambda: asked)
        assert not (await host.connect("127.0.0.1", port, within=30.0)).trouble
        assert not slow.done()
        slow.cancel()


async def test_a_question_ends_with_its_connection(host, fenced):
    async with silent() as (port, asked):
        slow = asyncio.create_task(host.get(f"http://127.0.0.1:{port}/", within=60.0))
        await until(lambda: asked)
        child = (await host.process_tree(fenced.way.pids[0]))[1]
        slow.cancel()
        fenced.way.cut()
        await until(lambda: child not in arguments())


async def test_a_whole_answer_arrives_byte_for_byte(host):
    body = bytes(range(256)) * 256

    async def answer(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nX-Name: caf\xe9\r\nConnection: close\r\n\r\n" + body + b"more")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        reply = await host.get(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", within=30.0)
    assert (reply.status, reply.headers["X-Name"], reply.body) == (200, "caf\xe9", body)
