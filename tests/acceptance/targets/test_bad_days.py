"""What networks and hosts do to a deployment over SSH, and what must hold all the same."""

from __future__ import annotations

import subprocess
import threading

import pytest

from tests.acceptance.targets.kinds import closing
from tests.support.processes import until
from tests.support.ssh_shop import SshShop

pytestmark = [pytest.mark.systemd, pytest.mark.timeout(600)]


@pytest.fixture
def shop(fleet, tmp_path, short_folder):
    yield from closing(SshShop(tmp_path, short_folder, fleet[:1]))


class Deploying:
    """`fraisier deploy --json` in the background."""

    def __init__(self, shop):
        self._thread = threading.Thread(target=self._run, args=(shop,))
        self._thread.start()

    def _run(self, shop):
        self.result = shop.run("deploy", "shop", "production", "--json", timeout=300)

    def ended(self):
        self._thread.join()
        return self.result.json


def building(shop, seconds):
    """A build that says when it runs, and how often it ran."""
    ran = shop.there / "ran"
    script = f"echo $(cat label) >> {ran}; sleep {seconds}; cat label > built"
    shop.configure(build=["sh", "-c", script])
    return lambda: shop.seen(ran).read_text().split() if shop.seen(ran).exists() else []


def test_a_partition_in_the_middle_of_a_build(shop):
    """The build goes on, the next connection attaches to it again, and nothing runs twice."""
    shop.commit()
    assert shop.deploy()["status"] == "success"
    runs = building(shop, 25)
    sha = shop.commit()
    deploying = Deploying(shop)
    assert until(lambda: runs() == ["v2"], 60)
    with shop.apart():
        assert not until(
            lambda: not deploying._thread.is_alive(), 20
        )  # longer than a connection lives unanswered
    answer = deploying.ended()
    assert answer["status"] == "success", answer
    assert (shop.live_version(), runs()) == (sha, ["v2"])


def test_a_connection_that_is_killed_in_the_middle_of_a_build(shop):
    runs = building(shop, 4)
    sha = shop.commit()
    deploying = Deploying(shop)
    assert until(lambda: runs() == ["v1"], 60)
    shop.on().run("pkill", "-KILL", "-f", "sshd: root@notty")
    answer = deploying.ended()
    assert answer["status"] == "success", answer
    assert (shop.live_version(), runs()) == (sha, ["v1"])


@pytest.mark.parametrize("when", ["while it builds", "while it switches"])
def test_a_host_that_loses_power(shop, when):
    """Whatever ran is lost and never counted as done; the old version is back when the host is."""
    good = shop.commit()
    assert shop.deploy()["status"] == "success"
    runs = building(shop, 3)
    if when == "while it switches":
        shop.configure(build=None, service={"command": ["sh", "-c", "sleep 2; exec python3 app.py"]})
    shop.commit()
    deploying = Deploying(shop)
    if when == "while it builds":
        assert until(lambda: runs() == ["v2"], 60)
    else:
        assert until(lambda: len(shop.releases()) == 2 and shop.current() == shop.releases()[1], 60)
    shop.on().lose_power()
    shop.on().boot()
    answer = deploying.ended()
    assert answer["status"] in {"failed", "rolled_back", "success"}, answer
    live = shop.repository.labels["v2"] if answer["status"] == "success" else good
    assert until(lambda: shop.live_version() == live, 60), (answer, shop.about())
    seen = shop.status()
    assert (seen["lock"], seen["current_version"], seen["observed"]["version"]) == (None, live, live)
    assert len(runs()) <= 1


def test_an_unknown_host_key_is_refused_with_what_helps_and_nothing_was_changed(shop):
    shop.commit()
    (shop.ssh_folder / "known_hosts").write_text("")
    result = shop.run("deploy", "shop", "production")
    assert result.exit_code == 5
    assert f"ssh-keyscan {shop.on().address} >> ~/.ssh/known_hosts" in result.output
    assert not shop.seen(shop.there).exists()
    shop.trust()
    assert shop.deploy()["status"] == "success"


def test_a_deployment_is_taken_over_from_an_owner_that_was_stopped_for_good(shop):
    shop.commit()
    assert shop.deploy()["status"] == "success"
    runs = building(shop, 20)
    shop.commit()
    owner = subprocess.Popen(
        [str(shop.fraisier), "deploy", "shop", "production"],
        env={**shop.env, "FRAISIER_LEASE_SECONDS": "3"},
        cwd=shop.root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert until(lambda: runs() == ["v2"], 60)
    owner.kill()
    owner.wait()
    with shop.serving():
        assert until(lambda: shop.statuses()[0] == "failed", 60)
    assert until(lambda: shop.left_over() == [], 20), "the build of the dead one was ended"
    assert shop.live_version() == shop.repository.labels["v1"]


@pytest.mark.parametrize(
    "host", ["-oProxyCommand=touch x", "web1;touch x", "$(touch x)", "web1 touch", "a/../b", "root@web1"]
)
def test_a_host_that_wants_to_be_an_option_is_no_host(shop, host):
    shop.configure(host=host)
    result = shop.run("config", "validate")
    assert result.exit_code == 2
    assert "not a name that ssh could connect to" in result.output
