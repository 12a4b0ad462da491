"""A unit of the host's owner is stopped and started, and never written; variables reach it through a drop-in file."""

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
    shop.configure(
        service={"manager": None, "command": None},
        systemd_service=name,
        env_vars={"GREETING": 'it costs $5 "really"', "SECRET": "${SECRET}"},
    )
    shop.env["SECRET"] = "hunter-2-hunter-2"
    return shop


def drop_in(shop):
    return shop.outside(UNITS / f"shop-{shop.port()}.service.d" / "50-fraisier.conf")


def about(shop):
    told = shop.about()
    environment = told["environment"]
    assert environment["OWN"] == "yes"
    assert environment["GREETING"] == 'it costs $5 "really"'
    assert environment["SECRET"] == "hunter-2-hunter-2"
    assert environment["FRAISIER_VERSION"] == shop.repository.labels[told["label"]]
    assert "hunter" not in drop_in(shop).read_text(encoding="utf-8")
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
    assert not drop_in(owned).parent.exists()


@pytest.mark.feature("PRV-13", "CFG-21", "DEP-10")
def test_a_unit_that_ran_before_fraisier_came_runs_on_after_a_first_failure(owned):
    """In a Git work tree, as people have it who used to type `git pull`."""
    first = owned.commit()
    tree, name = owned.app_path(), f"shop-{owned.port()}.service"
    tree.parent.mkdir(parents=True, exist_ok=True)
    owned.host.ask("git", "clone", "--quiet", str(owned.repository.origin), str(tree))
    unit = owned.outside(UNITS / name)
    unit.write_text(unit.read_text(encoding="utf-8").replace("/current", ""), encoding="utf-8")
    owned.systemctl("daemon-reload")
    owned.systemctl("start", name)
    bad = owned.commit("sick")
    answer = owned.deploy()
    assert (answer["status"], answer["old_version"], answer["new_version"]) == ("rolled_back", first, bad)
    assert owned.about()["label"] == "v1"
    assert not drop_in(owned).parent.exists()
    good = owned.commit()
    assert owned.deploy()["status"] == "success"
    assert about(owned) == "v3"
    assert owned.status()["observed"]["version"] == good


def test_a_unit_that_is_not_there_is_named(shop):
    shop.configure(service={"manager": None, "command": None}, systemd_service="nosuch.service")
    shop.commit()
    answer = shop.deploy()
    assert answer["status"] == "failed"
    assert "nosuch.service" in answer["error"]["message"]
    assert shop.releases() == []
