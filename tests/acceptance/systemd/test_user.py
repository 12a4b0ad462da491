"""Somebody who is not root deploys with the systemd of their own."""

import pytest

from tests.support.host_shop import HostShop
from tests.support.processes import until

pytestmark = [pytest.mark.systemd, pytest.mark.timeout(400)]


@pytest.fixture
def deploy(host, shop):
    """The shop of a user who has just been made, and may log in."""
    user = f"deploy{shop.port()}"
    keys = f"/home/{user}/.ssh/authorized_keys"
    host.ask("useradd", "--create-home", "--shell", "/bin/sh", user)
    host.ask("install", "-D", "-o", user, "-m", "600", "/root/.ssh/authorized_keys", keys)
    host.ask("chown", user, shop.root, shop.home)
    shop.user = user
    del shop.env["HOME"]
    try:
        yield shop
    finally:
        host.hang_up()
        host.ask("loginctl", "disable-linger", user)
        host.run("loginctl", "terminate-user", user)


def test_a_service_that_would_end_at_logout_is_refused(deploy: HostShop):
    deploy.commit()
    answer = deploy.deploy()
    assert answer["status"] == "failed"
    assert "logs out" in answer["error"]["message"]
    assert "loginctl enable-linger" in answer["error"]["hint"]
    assert deploy.about() is None


def test_a_service_of_a_user_outlives_the_login(deploy: HostShop):
    deploy.host.ask("loginctl", "enable-linger", deploy.user)
    first = deploy.commit()
    assert deploy.deploy()["status"] == "success"
    deploy.commit("sick")
    assert deploy.deploy()["status"] == "rolled_back"
    assert deploy.live_version() == first
    assert "starting v1" in deploy.run("logs", "shop", "production").stdout
    deploy.host.hang_up()
    assert deploy.live_version() == first
    deploy.host.reboot()
    assert until(lambda: deploy.live_version() == first)
