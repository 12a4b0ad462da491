"""A unit of the host's owner is stopped and started, and never written."""

import pytest

from tests.support.host_shop import UNITS

pytestmark = [pytest.mark.systemd, pytest.mark.timeout(400)]


@pytest.fixture
def owned(shop):
    """A shop whose unit is there before Fraisier; its owner sets its variables, and how often it may start."""
    name = f"shop-{shop.port()}.service"
    shop.own_unit(
        name,
        "[Unit]\nStartLimitIntervalSec=600\nStartLimitBurst=2\n[Service]\n"
        f"WorkingDirectory={shop.app_path()}/current\n"
        f"Environment=PORT={shop.port()} OWN=yes\n"
        "ExecStart=/usr/bin/python3 app.py\n"
        "[Install]\nWantedBy=multi-user.target\n",
    )
    shop.systemctl("enable", "--quiet", name)
    shop.configure(service={"manager": None, "command": None}, systemd_service=name)
    return shop


def about(shop):
    told = shop.about()
    assert told["environment"]["OWN"] == "yes"
    return told["label"]


def test_deploy_go_back_and_roll_back_with_an_own_unit(owned):
    written = owned.outside(UNITS / f"shop-{owned.port()}.service").read_bytes()
    owned.commit()
    assert owned.deploy()["status"] == "success"
    assert about(owned) == "v1"
    owned.commit()
    assert owned.deploy()["status"] == "success"
    assert about(owned) == "v2"
    owned.commit("sick")
    assert owned.deploy()["status"] == "rolled_back"
    assert about(owned) == "v2"
    assert owned.rollback()["status"] == "success"
    assert about(owned) == "v1"
    assert "starting v1" in owned.run("logs", "shop", "production").stdout
    assert [path.read_bytes() for path in owned.unit_files()] == [written]


def test_a_first_deployment_that_fails_stops_the_own_unit_and_leaves_it(owned):
    owned.commit("sick")
    assert owned.deploy()["status"] == "failed"
    assert owned.about() is None
    assert len(owned.unit_files()) == 1


def test_a_unit_that_is_not_there_is_named(shop):
    shop.configure(service={"manager": None, "command": None}, systemd_service="nosuch.service")
    shop.commit()
    answer = shop.deploy()
    assert answer["status"] == "failed"
    assert "nosuch.service" in answer["error"]["message"]
    assert shop.releases() == []
