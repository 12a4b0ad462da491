"""The engines that other tests stand on: several at once, and nothing of them stays."""

from pathlib import Path

import pytest

from tests.hosts import shell
from tests.hosts.engine import IMAGE, docker_engine
from tests.support import processes

pytestmark = pytest.mark.docker


def test_two_engines_publish_the_same_port_beside_each_other(engine):
    with docker_engine() as other:
        for each, words in ((engine, "first"), (other, "second")):
            script = f"mkdir /www; echo {words} > /www/index.html; exec httpd -f -p 8000 -h /www"
            each.docker(
                "run", "--detach", "--publish", "127.0.0.1:8000:8000", IMAGE, "sh", "-c", script
            )  # fmt: skip
        assert [_said(engine), _said(other)] == ["first", "second"]
        folder, network = other.folder, Path("/run/netns") / other.namespace
    engine.docker("rm", "--force", *engine.docker("ps", "--quiet").split())
    assert (folder.exists(), network.exists(), processes.belonging_to(folder)) == (False, False, {})
    assert str(folder) not in Path("/proc/self/mounts").read_text(encoding="utf-8")


def test_the_machine_s_own_network_and_firewall_are_not_touched(engine):
    for words in (("iptables", "-S", "FORWARD"), ("ip", "link")):
        assert "docker" in shell.run(*engine.inside, *words).lower()
        if not Path("/run/docker.sock").exists():  # else the machine has an engine of its own
            assert "docker" not in shell.run(*words).lower()


def test_its_registry_gives_back_what_was_pushed(engine):
    name = f"{engine.registry}/kept:1"
    engine.docker("tag", IMAGE, name)
    engine.docker("push", "--quiet", name)
    digest = engine.docker("image", "inspect", "--format", "{{index .RepoDigests 0}}", name)
    engine.docker("rmi", name)
    engine.docker("pull", "--quiet", digest)
    engine.docker("rmi", digest)


def _said(engine):
    asked = [*engine.inside, "curl", "--silent", "--retry-connrefused", "--retry", "20", "--retry-delay", "1"]
    return shell.run(*asked, "http://127.0.0.1:8000/")
