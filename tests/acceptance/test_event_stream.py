"""Events on NATS, as the installed command sends them and a subscriber hears them."""

import json
import signal
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support import processes
from tests.support.nats import messages, nats_server
from tests.support.processes import until
from tests.support.running import running

SUBSCRIBER = """
import nats
import json

async def deployment_event_handler():
    nc = await nats.connect("nats://localhost:4222")

    async def message_handler(msg):
        event = json.loads(msg.data)

        if event['type'] == 'deployment.started':
            print(f"Deployment started: {event['service']}")
            # Send notification

        elif event['type'] == 'deployment.succeeded':
            print(f"Deployment succeeded: {event['service']}")
            # Run smoke tests

        elif event['type'] == 'deployment.failed':
            print(f"Deployment failed: {event['service']}")
            # Trigger rollback alert

        elif event['type'] == 'health_check.failed':
            print(f"Health check failed: {event['service']}")
            # Trigger incident

    # Subscribe to all deployment events
    await nc.subscribe("fraisier.events.deployment.>", message_handler)

    # Keep alive
    while True:
        await asyncio.sleep(1)
"""
"""The documents' own subscriber, word for word."""
NAMED = SUBSCRIBER.replace('>", message_handler)', '>", cb=message_handler)')
"""The second argument of `subscribe` has been the queue in every nats-py, so the handler needs its name."""
RUN = f"import asyncio, sys\nsys.stdout.reconfigure(line_buffering=True)\n{NAMED}\nasyncio.run(deployment_event_handler())\n"


@contextmanager
def own_network():
    """The first words of a command that runs in a network of its own, where port 4222 is free."""
    keeper = subprocess.Popen(
        [
            "unshare",
            "--user",
            "--map-root-user",
            "--net",
            "sh",
            "-c",
            "ip link set lo up && echo up && exec sleep 600",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        if keeper.stdout.readline() != b"up\n":
            pytest.skip("no network of its own: unshare(1) or ip(8) does not work here")
        yield ["nsenter", f"--target={keeper.pid}", "--user", "--preserve-credentials", "--net"]
    finally:
        keeper.kill()
        keeper.wait()
        keeper.stdout.close()


@pytest.mark.feature("EVT-10", "EVT-03")
def test_the_documents_subscriber_runs_unchanged(shop, tmp_path):
    heard = tmp_path / "heard"
    with own_network() as inside:
        inner = tmp_path / "fraisier"
        inner.write_text(f'#!/bin/sh\nexec {" ".join(inside)} {shop.fraisier} "$@"\n')
        inner.chmod(0o755)
        shop.fraisier = inner
        shop.configure(health_check={"retries": 1})
        with running(shop, "serve", "--port", "0") as server, heard.open("wb") as out:
            assert until((shop.database.parent / "nats" / "access.json").exists, 30)
            listener = subprocess.Popen(
                [*inside, sys.executable, "-c", RUN], stdout=out, stderr=subprocess.STDOUT
            )
            try:
                connected(shop, inside)
                shop.commit()
                shop.deploy()
                shop.commit("sick")
                shop.deploy()
                expected = [
                    "Deployment started: shop",
                    "Deployment succeeded: shop",
                    "Deployment started: shop",
                    "Health check failed: shop",
                    "Deployment failed: shop",
                ]
                assert until(lambda: heard.read_text().splitlines() == expected, 30), heard.read_text()
            finally:
                listener.kill()
                listener.wait()
            processes.end([pid for pid, words in shop.processes().items() if "supervisord" in words])
            server.signal(signal.SIGTERM)
            code, said = server.end()
    assert (code, "NATS listens on nats://127.0.0.1:4222" in said) == (0, True), said


def connected(shop, inside):
    """Wait until the subscriber's connection stands: NATS counts us, itself and the subscriber."""
    script = "import socket\nfor line in open('/proc/net/tcp').read().splitlines()[1:]: print(line)"

    def stands():
        listed = subprocess.run(
            [*inside, sys.executable, "-c", script], capture_output=True, text=True, check=True
        ).stdout
        established = [
            line for line in listed.splitlines() if ":107E" in line.split()[1] and line.split()[3] == "01"
        ]
        return len(established) >= 2

    assert until(stands, 30)


def types_by_deployment(found):
    told = {}
    for _, event in found:
        told.setdefault(event["deployment_id"], []).append(event["type"])
    return told


GOOD = ["deployment.started", "health_check.passed", "deployment.succeeded"]


@pytest.mark.feature("EVT-01", "EVT-11")
def test_every_event_arrives_once_whatever_happens_to_nats(shop):
    """Down for a whole deployment; killed and started again in the middle of another."""
    with nats_server(shop.root / "remote") as server:
        shop.configure(top={"nats": {"url": server.url}})
        with shop.serving():
            shop.commit()
            assert shop.deploy()["status"] == "success"
            server.start()
            stored = len(shop.rows("SELECT 1 FROM tb_event"))
            assert until(lambda: len(server.messages()) == stored, 40)
            shop.commit(**{"build.sh": "#!/bin/sh\ntouch building\nsleep 2\n"})
            with running(shop, "deploy", "shop", "production", "--json") as deploying:
                assert until(lambda: [*shop.app_path().glob("releases/*/building")], 40)
                server.kill()
                assert until(
                    lambda: not [*shop.rows("SELECT 1 FROM tb_deployment WHERE status = 'in_progress'")], 40
                )
                server.start()
                assert deploying.end()[1]["status"] == "success"
            stored = shop.rows("SELECT id, seq FROM tb_event ORDER BY seq")
            assert until(lambda: len(server.messages()) == len(stored), 40)
            found = server.messages()
    assert [(event["id"], event["seq"]) for _, event in found] == [(row["id"], row["seq"]) for row in stored]
    told = types_by_deployment(found)
    assert told["dep_00001"] == told["dep_00002"] == GOOD


def test_two_servers_on_one_database_and_one_is_killed(shop):
    """One relay, one NATS server; the other server takes both over, and nothing is told twice."""
    shop.env["FRAISIER_LEASE_SECONDS"] = "2"
    access = shop.database.parent / "nats" / "access.json"
    with running(shop, "serve", "--port", "0") as one:
        assert until(access.exists, 30)
        with running(shop, "serve", "--port", "0") as two:
            assert until(lambda: len(shop.rows("SELECT 1 FROM tb_observer")) == 2, 30)
            shop.commit()
            shop.deploy()
            [nats] = nats_servers(shop)
            one.signal(signal.SIGKILL)
            assert until(lambda: (now := nats_servers(shop)) and nats not in now, 30)
            assert len(nats_servers(shop)) == 1
            shop.commit()
            shop.deploy()
            stored = shop.rows("SELECT id FROM tb_event ORDER BY seq")
            assert until(lambda: positions(shop) == [len(stored)], 40)
            url = f"nats://127.0.0.1:{(access.parent / 'port').read_text()}"
            found = messages(url)
            two.signal(signal.SIGTERM)
            assert two.end()[0] == 0
    assert [event["id"] for _, event in found] == [row["id"] for row in stored]
    assert nats_servers(shop) == []


def test_the_server_dies_and_takes_nats_with_it(shop):
    access = shop.database.parent / "nats" / "access.json"
    with running(shop, "serve", "--port", "0") as server:
        assert until(access.exists, 30)
        assert len(nats_servers(shop)) == 1
        server.signal(signal.SIGKILL)
        assert until(lambda: not nats_servers(shop), 20)


def ready(address):
    """What each part says, whether the server as a whole is ready or not."""
    try:
        with urllib.request.urlopen(f"{address}/ready", timeout=10) as answer:
            return json.load(answer)["checks"]
    except urllib.error.HTTPError as refused:
        return json.load(refused)["checks"]


def test_ready_tells_of_the_stream_and_of_events_that_wait(shop):
    """Neither keeps a push from being taken, so neither makes the server unready."""
    with shop.serving() as address:
        assert until(lambda: ready(address)["nats"], 30)
        assert ready(address)["events"] is True
        connection = sqlite3.connect(shop.database)
        with connection:
            connection.execute("DELETE FROM tb_event_relay")
            connection.execute(
                "INSERT INTO tb_event_relay VALUES (1, 9e15, 'somebody', '', '', ?, 9e15)", (boot_id(),)
            )
            connection.execute(
                "INSERT INTO tb_event (type, created_at) VALUES ('lane.held', '2026-01-01T00:00:00.000000Z')"
            )
        connection.close()
        assert until(lambda: ready(address)["events"] is False, 30)


def boot_id():
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def test_a_reload_goes_to_the_server_that_the_new_file_names(shop):
    """SIGHUP: our own server ends, events go to the other one; and back."""
    access = shop.database.parent / "nats" / "access.json"
    with nats_server(shop.root / "remote") as remote, running(shop, "serve", "--port", "0") as server:
        assert until(access.exists, 30)
        remote.start()
        shop.configure(top={"nats": {"url": remote.url}})
        server.signal(signal.SIGHUP)
        assert until(lambda: not access.exists(), 30)
        shop.commit()
        shop.deploy()
        assert until(lambda: GOOD[-1] in [event["type"] for _, event in remote.messages()], 30)
        shop.configure()
        server.signal(signal.SIGHUP)
        assert until(access.exists, 30)
        server.signal(signal.SIGTERM)
        code, said = server.end()
    assert (code, said.count("is in force now.")) == (0, 2), said


def test_a_server_that_cannot_listen_says_that_alone(shop):
    with shop.serving() as address:
        refused = shop.run("serve", "--port", address.rpartition(":")[2])
    assert refused.exit_code == 2
    assert "Error: Cannot listen on " in refused.stderr
    assert "Warning" not in refused.stderr


def test_no_event_stream_is_a_choice(shop):
    shop.configure(top={"nats": {"enabled": False}})
    with shop.serving() as address:
        assert until(lambda: observers(shop), 30)
        assert nats_servers(shop) == []
        assert "nats" not in ready(address)
    assert not (shop.database.parent / "nats").exists()


def observers(shop):
    """Those that have said that they live; a server that only just started has made no table yet."""
    made = shop.rows("SELECT 1 FROM sqlite_schema WHERE name = 'tb_observer'")
    return shop.rows("SELECT 1 FROM tb_observer") if made else []


def positions(shop):
    return [row["position"] for row in shop.rows("SELECT position FROM tb_event_consumer")]


def nats_servers(shop):
    return [pid for pid, words in shop.processes().items() if Path(words.split()[0]).name == "nats-server"]
