"""The tcp check against real sockets."""

import socket

import pytest

from fraisier.config.health_check import HealthCheck
from fraisier.health.params import Params
from fraisier.health.tcp import TcpCheck
from tests.support.ports import free_port


def check(host, port, **settings):
    return HealthCheck(type="tcp", host=host, port=port, **settings)


@pytest.mark.parametrize(("host", "family"), [("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6)])
async def test_a_port_that_listens(site, host, family):
    with socket.create_server((host, 0), family=family) as server:
        port = server.getsockname()[1]
        answer = await TcpCheck().ask(site, check(host, port), Params())
    assert answer.good
    assert answer.said.endswith(f":{port} accepts connections")


async def test_a_port_that_does_not(site):
    port = free_port()
    answer = await TcpCheck().ask(site, check("localhost", port), Params())
    assert not answer.good
    assert f"localhost:{port}" in answer.said


async def test_a_name_that_nobody_has(site):
    answer = await TcpCheck().ask(site, check("no-such-host.invalid", 80), Params())
    assert answer.said == "the name in no-such-host.invalid:80 cannot be resolved"


async def test_a_machine_that_does_not_answer(site):
    with socket.socket() as full:  # a full queue drops what comes, like a machine that is off
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        clients = [socket.socket() for _ in range(3)]
        for client in clients:
            client.setblocking(False)
            client.connect_ex(full.getsockname())
        answer = await TcpCheck().ask(site, check(*full.getsockname(), timeout=0.3), Params())
        for client in clients:
            client.close()
    assert (answer.good, answer.said) == (False, "no answer within 0.3 s")


def test_the_port_of_this_machine_identifies_the_service():
    assert TcpCheck().port(check("localhost", 80)) == 80
    assert TcpCheck().port(check("db.example.com", 80)) is None
    assert TcpCheck().by_hand(check("localhost", 80)) == "nc -vz localhost 80"
