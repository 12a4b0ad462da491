"""Whether containers are those of a release, and whose a port is."""

import msgspec
import pytest

from fraisier.hosts.compose.containers import Container, gives, lives, strays
from fraisier.hosts.compose.override import Pins
from fraisier.model.host import Listener

PINS = Pins(files=("c",), own=("web", "setup"), images={"web": "i1", "setup": "i2"})


def container(service, **changes):
    labels = {"com.docker.compose.service": service, "io.fraisier.release": "r2"}
    made = {"id": service, "image": {"web": "i1", "setup": "i2"}[service], "pid": 7, "status": "running"}
    return Container(**{**made, "labels": labels, **changes})


def without_release(one, release):
    return msgspec.structs.replace(one, labels={**one.labels, "io.fraisier.release": release})


WEB = container("web")
SETUP = container("setup", status="exited", exit_code=0, pid=0)


def test_the_new_release_runs_and_what_had_to_end_has_ended():
    assert lives([WEB, SETUP], "r2", PINS)


@pytest.mark.parametrize(
    "there",
    [
        [],
        [WEB],
        [SETUP],
        [WEB, SETUP, without_release(WEB, "r1")],
        [without_release(WEB, "r1"), SETUP],
        [container("web", image="i9"), SETUP],
        [container("web", status="restarting"), SETUP],
        [container("web", status="exited", exit_code=0, restart="always"), SETUP],
        [WEB, container("setup", status="exited", exit_code=1)],
        [container("web", status="exited"), SETUP],
    ],
)
def test_anything_else_is_not_the_new_release(there):
    assert not lives(there, "r2", PINS)


def test_containers_of_another_release_are_strays():
    assert strays([WEB, msgspec.structs.replace(without_release(WEB, "r1"), id="old")], "r2", PINS) == ["old"]


@pytest.mark.parametrize(
    ("address", "reached"),
    [("127.0.0.1", True), ("0.0.0.0", True), ("::", True), ("", True), ("192.168.1.5", False)],
)
def test_who_publishes_a_port_of_this_machine(address, reached):
    one = container("web", ports={"80/tcp": [{"HostIp": address, "HostPort": "8080"}], "81/tcp": None})
    assert one.publishes(8080) is reached
    assert not one.publishes(80)


def test_docker_listens_for_a_container_by_its_address():
    one = container("web", addresses=("172.18.0.2",))
    proxy = "/usr/sbin/docker-proxy -proto tcp -host-ip 0.0.0.0 -host-port 80 -container-ip 172.18.0.2 -container-port 80"
    assert gives(Listener(pid=1, started="1", command=proxy), [one])
    assert not gives(Listener(pid=1, started="1", command=proxy.replace(".2 ", ".3 ")), [one])
    assert not gives(Listener(pid=1, started="1", command="python3 -m http.server"), [one])
    assert not gives(Listener(pid=0, started="", command=""), [one])
