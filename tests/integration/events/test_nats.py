"""The event stream on real NATS servers: ours, and those of others."""

import asyncio
import json
import os
import signal
import ssl
import subprocess
from contextlib import asynccontextmanager, suppress

import nats
import pytest

from fraisier.config.nats import Nats, Tls
from fraisier.database import Database
from fraisier.events.consumer import Undelivered
from fraisier.events.nats.access import remote
from fraisier.events.nats.managed import ManagedServer, free_port, program
from fraisier.events.nats.store import Store
from fraisier.events.nats.stream import NatsStream
from fraisier.events.relay import Relay
from fraisier.model.secret import Secret
from tests.support.nats import nats_server, stream_of
from tests.support.nats_operator import Operator
from tests.support.ports import free_port as any_free_port
from tests.support.receiver import relaying, tell, until


@pytest.fixture
def database(tmp_path):
    with Database(tmp_path / "state" / "fraisier.db") as made:
        yield made


@asynccontextmanager
async def our_server(database, announce=lambda _: None):
    store = Store(database.path)
    store.make()
    if not (store.folder / "port").exists():
        store.write("port", str(any_free_port()))
    task = asyncio.create_task(ManagedServer(store, "inst", announce).run(program()))
    try:
        yield store
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def running(store):
    """The pid of our server as soon as it listens, and its address."""
    await until((store.folder / "access.json").exists)
    [ports] = store.folder.glob("nats-server_*.ports")
    return int(ports.stem.partition("_")[2]), store.access().servers[0]


async def seqs(url):
    with suppress(nats.errors.Error, OSError):
        return [event["seq"] for _, event in await stream_of(url)]
    return []


async def eventually(url, expected):
    async with asyncio.timeout(30):
        while (found := await seqs(url)) != expected:
            assert found == expected[: len(found)]
            await asyncio.sleep(0.1)


@pytest.mark.feature("EVT-01", "EVT-02")
async def test_every_event_is_on_the_stream(database):
    tell(database, "request.made", "deployment.started", "health_check.failed")
    async with our_server(database) as store, relaying(database, NatsStream(store.access, "inst")):
        _, url = await running(store)
        await eventually(url, [1, 2, 3])
        client = await nats.connect(url)
        info = (await client.jetstream().stream_info("FRAISIER_EVENTS")).config
        message = await client.jetstream().get_msg("FRAISIER_EVENTS", seq=3)
        await client.close()
    assert list(info.subjects) == ["fraisier.events.>"]
    assert (info.duplicate_window, info.storage) == (86400, "file")
    event = json.loads(message.data)
    assert message.subject == "fraisier.events.deployment.health_check.failed"
    assert message.headers["Nats-Msg-Id"] == event["id"] == database.rows("events")[2]["id"]
    assert (event["type"], event["service"]) == ("health_check.failed", "shop")


async def test_a_position_that_was_lost_repeats_nothing(database):
    """As after a kill between publishing and writing the position, or with a database from a backup."""
    tell(database, *["a.x"] * 5)
    async with our_server(database) as store:
        _, url = await running(store)
        for position in (0, 2):
            async with relaying(database, NatsStream(store.access, "inst")):
                await until(lambda: [row["position"] for row in database.rows("outbox")] == [5])
            forget(database, position)
        stream = NatsStream(store.access, "inst")
        stream.last = nothing
        async with relaying(database, stream):
            await until(lambda: [row["position"] for row in database.rows("outbox")] == [5])
        await eventually(url, [1, 2, 3, 4, 5])


async def nothing():
    return None


def forget(database, position):
    import sqlite3

    connection = sqlite3.connect(database.path)
    with connection:
        connection.execute("UPDATE tb_event_consumer SET position = ?", (position,))
    connection.close()


async def test_our_server_is_killed_again_and_again(database):
    """It comes back on its port with everything on it; each event is there once, in order."""
    told = []
    async with (
        our_server(database, told.append) as store,
        relaying(database, NatsStream(store.access, "inst")),
    ):
        for round_ in range(1, 3):
            pid, url = await running(store)
            tell(database, *["a.x"] * 20)
            os.kill(pid, signal.SIGKILL)
            tell(database, *["a.x"] * 20)
            await until(lambda dead=pid: not (store.folder / f"nats-server_{dead}.ports").exists())
            await eventually(url, [*range(1, 40 * round_ + 1)])
    assert told == [url]


async def test_two_servers_never_share_a_store(database):
    async with our_server(database) as store:
        first, url = await running(store)
        async with our_server(database):
            await asyncio.sleep(1.5)
            assert await running(store) == (first, url)
            assert len(children()) == 1
    assert children() == []


async def test_the_next_server_takes_the_port_over(database):
    async with our_server(database) as store:
        _, url = await running(store)
    assert not (store.folder / "access.json").exists()
    with pytest.raises(Undelivered, match="does not run"):
        store.access()
    async with our_server(database) as store:
        assert (await running(store))[1] == url


def test_a_port_that_is_taken_is_not_taken_twice():
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert free_port(taken.getsockname()[1]) == -1


async def test_only_fraisier_publishes(database):
    async with our_server(database) as store, relaying(database, NatsStream(store.access, "inst")):
        tell(database, "a.1")
        _, url = await running(store)
        await eventually(url, [1])
        client = await nats.connect(url, error_cb=quiet)
        stream = client.jetstream(timeout=1)
        for forbidden in (
            stream.publish("fraisier.events.deployment.succeeded", b"{}"),
            stream.delete_stream("FRAISIER_EVENTS"),
            stream.purge_stream("FRAISIER_EVENTS"),
        ):
            with pytest.raises(nats.errors.TimeoutError):
                await forbidden
        pulling = await stream.pull_subscribe("fraisier.events.>", durable="mine")
        [message] = await pulling.fetch(1, timeout=5)
        await message.ack_sync(timeout=5)
        await client.close()
        await eventually(url, [1])
        for file in ("access.json", "nats.conf"):
            assert (store.folder / file).stat().st_mode & 0o077 == 0


async def quiet(_error):
    pass


def children():
    listed = subprocess.run(
        ["ps", "--ppid", str(os.getpid()), "-o", "comm="], capture_output=True, text=True, check=False
    )
    return [name for name in listed.stdout.split() if name.startswith("nats-server")]


async def deliver_one(database, access):
    tell(database, "a.1")
    task = asyncio.create_task(Relay(database, [NatsStream(lambda: access, "inst")]).run())
    try:
        await until(lambda: [row["position"] for row in database.rows("outbox")] == [1], 10)
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


SEED = b"SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY"


def nkey_user():
    import nkeys

    return {"nkey": nkeys.from_seed(SEED).public_key.decode()}


@pytest.mark.parametrize(
    ("authorization", "config"),
    [
        ({"user": "ada", "password": "pa55-w0rd"}, {"user": "ada", "password": "${P}"}),
        ({"token": "t0k-en-value"}, {"token": "${P}"}),
        (None, {"nkey": "${P}"}),
    ],
)
async def test_logging_in(database, tmp_path, authorization, config):
    secret = SEED.decode()
    if authorization is None:
        authorization = {"users": [nkey_user()]}
    else:
        secret = authorization.get("password") or authorization["token"]
    with nats_server(tmp_path / "nats", authorization=authorization) as server:
        server.start()
        wanted = Nats(urls=(server.url,), **config)
        access = remote(wanted, lambda text: Secret(secret) if text == "${P}" else text)
        assert secret not in repr(access)
        await deliver_one(database, access)
        wrong = remote(wanted, lambda text: Secret(f"{secret[:-1]}x") if text == "${P}" else text)
        with pytest.raises(Undelivered) as refused:
            await NatsStream(lambda: wrong, "inst").last()
        assert "NATS cannot be reached" in refused.value.message
        assert secret[:-1] not in refused.value.message


async def test_certificates(database, tmp_path, certificates):
    tls = {
        "cert_file": str(certificates / "server.pem"), "key_file": str(certificates / "server.key"),
        "ca_file": str(certificates / "ca.pem"), "verify": True,
    }  # fmt: skip
    with nats_server(tmp_path / "nats", tls=tls) as server:
        server.start()
        ours = Tls(
            ca=str(certificates / "ca.pem"),
            cert=str(certificates / "client.pem"),
            key=str(certificates / "client.key"),
        )
        url = server.url.replace("nats://127.0.0.1", "tls://localhost")
        for tls in (None, Tls(ca=ours.ca)):
            access = remote(Nats(urls=(url,), tls=tls), str)
            with pytest.raises(Undelivered, match="NATS cannot be reached"):
                await NatsStream(lambda a=access: a, "inst").last()
        await deliver_one(database, remote(Nats(urls=(url,), tls=ours), str))


@pytest.fixture
def certificates(tmp_path):
    """An authority, a certificate for localhost, and one for a client; made by openssl."""
    folder = tmp_path / "certificates"
    folder.mkdir()

    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    openssl("req", "-x509", *curve, "-subj", "/CN=test", "-keyout", "ca.key", "-out", "ca.pem")
    for name in ("server", "client"):
        openssl(
            "req", "-x509", *curve, "-CA", "ca.pem", "-CAkey", "ca.key", "-subj", f"/CN={name}",
            "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-addext", "basicConstraints=CA:FALSE",
            "-keyout", f"{name}.key", "-out", f"{name}.pem",
        )  # fmt: skip
    assert ssl.create_default_context(cafile=str(folder / "ca.pem"))
    return folder


async def test_what_is_larger_than_nats_takes_holds_nothing_up(database, tmp_path):
    with nats_server(tmp_path / "nats", max_payload=4096) as server:
        server.start()
        database.call("fn_record_event", type="a.1", data={"long": "x" * 5000})
        tell(database, "a.2")
        async with relaying(database, NatsStream(lambda: remote(Nats(urls=(server.url,)), str), "inst")):
            await eventually(server.url, [2])
            await until(lambda: len(database.rows("deliveries")) == 1)
    assert "NATS takes messages of 4096 bytes" in database.rows("deliveries")[0]["why"]


async def test_a_server_that_is_not_there(database):
    server = f"nats://127.0.0.1:{any_free_port()}"
    with pytest.raises(Undelivered, match="connection refused"):
        await NatsStream(lambda: remote(Nats(urls=(server,)), str), "inst").last()


async def test_a_credentials_file(database, tmp_path):
    operator = Operator()
    with nats_server(tmp_path / "nats", **operator.settings) as server:
        server.start()
        file = str(operator.credentials(tmp_path / "user.creds"))
        await deliver_one(database, remote(Nats(urls=(server.url,), credentials=file), str))
        strangers = str(Operator().credentials(tmp_path / "other.creds"))
        for wrong in (strangers, str(tmp_path / "missing.creds")):
            with pytest.raises(Undelivered, match="NATS cannot be reached"):
                await NatsStream(
                    lambda f=wrong: remote(Nats(urls=(server.url,), credentials=f), str), "inst"
                ).last()
