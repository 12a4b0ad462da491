"""Fraisier deploys Fraisier on a host with systemd, by pushes to the very unit that is restarted."""

from pathlib import Path

import pytest

from tests.support.own_source import OwnOnHost
from tests.support.processes import until

pytestmark = [pytest.mark.systemd, pytest.mark.timeout(400)]


@pytest.fixture
def live(host):
    """The first version serves, in a unit that Fraisier wrote."""
    folder = host.shared / f"{len(list(host.shared.iterdir())):03}"
    folder.mkdir()
    own = OwnOnHost(folder, host)
    try:
        sha = own.repository.commit()
        assert own.deploy(fraise="fraisier")["status"] == "success"
        assert own.live_version() == sha
        yield own
    finally:
        own.close()


def is_apart(pid):
    """Whether this process lives in a scope of its own, and in no service."""
    try:
        groups = Path(f"/proc/{pid}/cgroup").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    return ".scope" in groups and ".service" not in groups


def nothing_is_left(own, version):
    """The unit runs this version; neither a guard nor a scope of one is there any more."""
    assert until(lambda: own.guards() == [], 30)
    assert own.systemctl("list-units", "--no-legend", "--type=scope", "run-*").split() == []
    assert (own.live_version(), own.rows("SELECT * FROM tb_deployment_lock")) == (version, [])
    assert (own.shown("ActiveState"), own.shown("KillMode")) == ("active", "mixed")


@pytest.mark.feature("CLI-14")
def test_a_push_replaces_the_unit_that_received_it(live):
    first = live.repository.labels["v1"]
    pid, second = live.shown("MainPID"), live.repository.commit()
    live.push(first, second)
    assert until(lambda: any(is_apart(guard) for guard in live.guards()), 60)
    row = live.ended(2)
    assert (row["status"], row["triggered_by"], row["takeovers"]) == ("success", "webhook", 0)
    assert live.shown("MainPID") not in {pid, "0"}
    nothing_is_left(live, second)


def test_a_version_that_cannot_start_is_taken_back_with_the_server_dead(live):
    first = live.repository.labels["v1"]
    live.push(first, live.repository.commit("cannot start"))
    row = live.ended(2)
    assert (row["status"], row["takeovers"]) == ("rolled_back", 0)
    nothing_is_left(live, first)
    second = live.repository.commit()
    assert live.deploy(fraise="fraisier")["status"] == "success"
    nothing_is_left(live, second)
