"""The host restarts, or loses its power, and what was deployed is there again."""

import subprocess

import pytest

from tests.support.processes import until

pytestmark = [pytest.mark.systemd, pytest.mark.timeout(400)]


def test_a_service_comes_back_with_the_host_and_can_be_deployed_again(shop):
    sha = shop.commit()
    shop.deploy()
    boot = shop.host.ask("cat", "/proc/sys/kernel/random/boot_id")
    shop.host.reboot()
    assert shop.host.ask("cat", "/proc/sys/kernel/random/boot_id") != boot
    assert until(lambda: shop.live_version() == sha)
    assert shop.status()["observed"]["running"] is True
    shop.commit("sick")
    assert shop.deploy()["status"] == "rolled_back"
    assert shop.live_version() == sha
    newer = shop.commit()
    assert shop.deploy()["status"] == "success"
    assert shop.live_version() == newer


def test_a_deployment_that_lost_its_power_is_ended_by_the_next_command(shop):
    good = shop.commit()
    shop.deploy()
    shop.configure(build=["sh", "-c", "touch ../building; sleep 300"], env_vars={"A": "b"})
    shop.commit()
    words = ["fraisier", "deploy", "shop", "production"]
    line = " ".join(["env", *(f"{name}={value}" for name, value in shop.env.items()), *words])
    deploying = subprocess.Popen(
        [*shop.host.ssh, f"root@{shop.host.address}", line],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert until((shop.app_path() / "releases" / "building").exists, 30)
        shop.host.lose_power()
    finally:
        deploying.kill()
        deploying.wait()
    shop.host.boot()
    assert until(lambda: shop.live_version() == good)
    shop.configure(build=None)
    newer = shop.commit()
    assert shop.deploy()["status"] == "success"
    assert shop.live_version() == newer
    assert shop.status()["lock"] is None
    interrupted = shop.history()[1]
    assert interrupted["status"] in {"failed", "rolled_back"}, interrupted
