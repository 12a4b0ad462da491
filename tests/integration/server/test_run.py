"""Server and observer together: addresses, ends, failures."""

import asyncio
import os
import signal
import socket

import httpx
import pytest

from fraisier.database import Database
from fraisier.errors import ConfigurationError, DatabaseError
from fraisier.server.run import serve
from tests.support.door import Watcher, opened


@pytest.fixture
def database(tmp_path):
    with Database(tmp_path / "fraisier.db") as found:
        yield found


async def test_localhost_is_both_of_its_addresses(settings, database):
    async with opened(settings, database, host="localhost") as door:
        for info in socket.getaddrinfo("localhost", door.port, type=socket.SOCK_STREAM):
            host = f"[{info[4][0]}]" if ":" in info[4][0] else info[4][0]
            async with httpx.AsyncClient() as client:
                assert (await client.get(f"http://{host}:{door.port}/health")).status_code == 200


async def test_ipv6(settings, database):
    async with opened(settings, database, host="::1") as door:
        assert door.url.startswith("http://[::1]:")
        assert (await door.client.get("/health")).status_code == 200


async def test_an_address_in_use_is_one_sentence(settings, database):
    async with opened(settings, database) as door:
        with pytest.raises(
            ConfigurationError, match=rf"127.0.0.1:{door.port}: Address already in use"
        ) as caught:
            await serve(settings, database, Watcher(), "127.0.0.1", door.port)
    assert "--port" in caught.value.hint


async def test_a_name_without_address(settings, database):
    with pytest.raises(ConfigurationError, match=r"nowhere\.invalid"):
        await serve(settings, database, Watcher(), "nowhere.invalid", 0)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_both(settings, database, number):
    watcher = Watcher()
    async with opened(settings, database, watcher=watcher) as door, asyncio.timeout(10):
        port = door.port
        os.kill(os.getpid(), number)
        await watcher.stopped.wait()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)


async def test_the_observer_may_finish_what_it_runs(settings, database):
    class Busy(Watcher):
        finished = False

        async def run(self):
            await super().run()
            await asyncio.sleep(0.5)
            self.finished = True

    watcher = Busy()
    async with opened(settings, database, watcher=watcher):
        os.kill(os.getpid(), signal.SIGTERM)
    assert watcher.finished


async def test_a_second_signal_does_not_wait_for_it(settings, database):
    class Endless(Watcher):
        async def run(self):
            await super().run()
            await asyncio.Event().wait()

    watcher = Endless()
    async with asyncio.timeout(10), opened(settings, database, watcher=watcher):
        os.kill(os.getpid(), signal.SIGTERM)
        await watcher.stopped.wait()
        os.kill(os.getpid(), signal.SIGTERM)


async def test_no_server_without_an_observer(settings, database):
    class Broken(Watcher):
        async def run(self):
            raise DatabaseError("The database is gone.")

    async with asyncio.timeout(10):
        with pytest.raises(DatabaseError, match="gone"):
            await serve(settings, database, Broken(), "127.0.0.1", 0)
