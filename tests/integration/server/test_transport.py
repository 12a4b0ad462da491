"""Bytes that no honest client sends: the server refuses them, and goes on."""

import asyncio
import json
from contextlib import asynccontextmanager, suppress

import pytest

from fraisier.server import body, patience
from tests.support.door import push, signed
from tests.support.processes import until

MIB = 1024 * 1024


@asynccontextmanager
async def connection(door):
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


def head(headers, **more):
    lines = ["POST /webhook HTTP/1.1", "Host: localhost", *(f"{k}: {v}" for k, v in (headers | more).items())]
    return "\r\n".join([*lines, "", ""]).encode()


async def alive(door):
    return (await door.send(push())).status_code in {200, 202}


@pytest.mark.parametrize("size", [5 * MIB + 1, 30 * MIB])
async def test_too_large_is_413(door, size):
    answer = await door.send(b'"' + b"x" * (size - 2) + b'"')
    assert answer.status_code == 413
    assert answer.json()["error"]["message"] == "The body is larger than 5120 KiB."
    assert door.events == []
    assert await alive(door)


async def test_the_largest_body_is_taken(door):
    bare = json.dumps(push(padding="")).encode()
    full = json.dumps(push(padding="x" * (5 * MIB - len(bare)))).encode()
    assert len(full) == 5 * MIB
    assert (await door.send(full)).status_code == 202


async def test_chunks_without_a_length_are_counted(door):
    async def chunks():
        for _ in range(6):
            yield b"x" * MIB

    answer = await door.client.post("/webhook", content=chunks(), headers=signed(b""))
    assert answer.status_code == 413
    assert await alive(door)


async def test_chunks_of_an_honest_delivery(door):
    whole = json.dumps(push()).encode()

    async def chunks():
        for start in range(0, len(whole), 10):
            yield whole[start : start + 10]

    answer = await door.client.post("/webhook", content=chunks(), headers=signed(whole))
    assert answer.status_code == 202


async def test_a_truncated_body_is_stored_nowhere(door):
    whole = json.dumps(push()).encode()
    async with connection(door) as (_, writer):
        writer.write(head(signed(whole), **{"Content-Length": len(whole)}) + whole[:-10])
        await writer.drain()
    assert await alive(door)
    assert len(door.events) == 1


async def test_a_body_that_drips_is_cut_off(door, monkeypatch):
    monkeypatch.setattr(body, "DEADLINE", 0.3)
    async with connection(door) as (reader, writer), asyncio.timeout(5):
        writer.write(head(signed(b""), **{"Content-Length": 1000}) + b"x")
        answer = await reader.readuntil(b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert await alive(door)


@pytest.mark.parametrize("sent", [b"", b"P", b"POST /webhook HTTP/1.1\r\nX-Slow: "])
async def test_headers_that_never_end_are_cut_off(door, monkeypatch, sent):
    monkeypatch.setattr(patience, "HEADERS_WITHIN", 0.3)
    async with connection(door) as (reader, writer), asyncio.timeout(5):
        writer.write(sent)
        assert await reader.read() == b""
    assert await alive(door)


async def test_the_second_headers_of_a_connection_are_cut_off_too(door, monkeypatch):
    monkeypatch.setattr(patience, "HEADERS_WITHIN", 0.3)
    async with connection(door) as (reader, writer), asyncio.timeout(5):
        writer.write(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await reader.readuntil(b"}")
        writer.write(b"GET /hea")
        assert await reader.read() == b""


async def test_patience_ends_only_for_headers(door, monkeypatch):
    monkeypatch.setattr(patience, "HEADERS_WITHIN", 0.2)
    whole = json.dumps(push()).encode()
    async with connection(door) as (reader, writer), asyncio.timeout(5):
        writer.write(head(signed(whole), **{"Content-Length": len(whole)}) + whole[:10])
        await asyncio.sleep(0.5)
        writer.write(whole[10:])
        assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 202 ")


async def test_large_bodies_of_strangers_share_a_bounded_memory(door, monkeypatch):
    """Each is far below the cap; who comes when all is taken is sent away, and later there is room again."""
    monkeypatch.setattr(body, "ALL_TOGETHER", 3 * MIB)
    async with connection(door) as (_, one), connection(door) as (_, two), asyncio.timeout(20):
        for writer in (one, two):
            writer.write(head(signed(b""), **{"Content-Length": 2 * MIB}) + b"x" * (MIB + MIB // 4))
            await writer.drain()
        assert await asyncio.to_thread(until, lambda: body.Share.held >= 2 * MIB, 15)
        refused = await door.send(b"x" * MIB)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert await asyncio.to_thread(until, lambda: not body.Share.held, 15)
    assert await alive(door)


async def test_headers_without_end_are_cut_off_by_their_size(door):
    async with connection(door) as (reader, writer), asyncio.timeout(20):
        with suppress(ConnectionError):
            for _ in range(1000):
                writer.write(b"X-More: " + b"x" * 4096 + b"\r\n" if _ else b"POST /webhook HTTP/1.1\r\n")
                await writer.drain()
            assert await reader.read() == b""
    assert await alive(door)


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"POST /webhook HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST /webhook HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"POST /webhook HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /webhook HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
    ],
)
async def test_what_is_not_http(door, sent):
    async with connection(door) as (reader, writer), asyncio.timeout(5):
        writer.write(sent)
        answer = await reader.read(100)
    assert answer.startswith(b"HTTP/1.1 4") or answer == b""
    assert await alive(door)
    assert len(door.requests) == 1
