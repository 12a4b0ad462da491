"""Whether the event stream answers, asked of a real NATS server, of nobody, and of something else."""

import asyncio

import pytest

from fraisier.events.nats.access import Access
from fraisier.events.nats.reachable import reachable
from tests.support.nats import nats_server
from tests.support.ports import free_port


def at(*servers):
    return lambda: Access(servers=servers)


async def test_a_server_that_greets(tmp_path):
    with nats_server(tmp_path / "nats") as server:
        assert not await reachable(at(server.url))
        await asyncio.to_thread(server.start)
        assert await reachable(at(server.url))
        assert await reachable(at(f"nats://127.0.0.1:{free_port()}", server.url))
        server.kill()
        assert not await reachable(at(server.url))


@pytest.mark.parametrize("words", [b"HTTP/1.1 400 Bad Request\r\n", b"IN"])
async def test_what_listens_there_and_is_none(words):
    async def answer(_, writer):
        writer.write(words)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert not await reachable(at(f"nats://127.0.0.1:{port}"))
