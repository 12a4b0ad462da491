"""The host restarts, or loses its power, and what was deployed is there again."""

import subprocess
from contextlib import contextmanager

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


@contextmanager
def deploying(shop):
    """`fraisier deploy` as somebody who waits for it."""
    variables = [f"{name}={value}" for name, value in shop.env.items()]
    process = subprocess.Popen(
        [*shop.host.ssh, f"root@{shop.host.address}", *variables, "fraisier", "deploy", "shop", "production"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()


def test_power_lost_in_a_build_ends_with_the_old_version(shop):
    good = shop.commit()
    shop.deploy()
    shop.configure(build=["sh", "-c", "touch ../building; sleep 300"])
    shop.commit()
    with deploying(shop):
        assert until((shop.app_path() / "releases/building").exists, 30)
        shop.host.lose_power()
    shop.host.boot()
    assert until(lambda: shop.live_version() == good)
    shop.configure()
    newer = shop.commit()
    assert shop.deploy()["status"] == "success"
    assert shop.live_version() == newer
    assert shop.status()["lock"] is None
    assert [row["status"] for row in shop.history()][-2:] == ["failed", "success"]


def test_power_lost_after_the_switch_ends_with_the_version_that_is_well(shop):
    shop.commit()
    shop.deploy()
    shop.configure(health_check={"initial_delay": 5})
    second = shop.commit()
    with deploying(shop):
        assert until(lambda: shop.live_version() == second, 30)
        shop.host.lose_power()
    shop.host.boot()
    assert until(lambda: shop.live_version() == second)
    shop.configure()
    assert shop.deploy()["status"] in {"success", "up_to_date"}
    assert (shop.live_version(), shop.status()["current_version"]) == (second, second)
    assert shop.status()["lock"] is None
    assert {row["status"] for row in shop.history()} == {"success"}
