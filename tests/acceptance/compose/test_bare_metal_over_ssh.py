"""bare_metal whose service is one container, on a real host behind SSH: its whole life there."""

import pytest

from fraisier.model.step import Position
from tests.chaos import points
from tests.chaos.victim import LEASE, die, planned, run
from tests.support.compose_shop import SshComposeShop
from tests.support.shop import merged

pytestmark = [pytest.mark.docker, pytest.mark.timeout(400), pytest.mark.feature("DEP-28")]

SERVE = ["sh", "-c", 'sed -i "s/-p 8000/-p $PORT/" /app/serve.sh; exec sh /app/serve.sh']
NO_COMPOSE_FILE = {"compose.yaml": "services: nonsense"}


class OneContainer(SshComposeShop):
    """Its service listens on PORT inside the container, too; the Compose file of its repository is not looked at."""

    def environment(self, name="production", **overrides):
        base = super().environment(name)
        service = {"command": SERVE, "port": self.port(name), "stop_timeout": 1}
        base |= {"provider": "bare_metal", "deployment_type": "docker_build", "service": service}
        return merged(base, overrides)

    def commit(self, mode="ok", **files):
        return super().commit(mode, **{**NO_COMPOSE_FILE, **files})


@pytest.fixture
def shop(docker_hosts, tmp_path, short_folder):
    """A shop on the first host."""
    host, engine = docker_hosts[0]
    made = OneContainer(tmp_path, short_folder, [host], [engine])
    try:
        yield made
    finally:
        made.close()


def test_what_is_built_there_is_deployed_replaced_brought_back_stopped_and_started(shop):
    first = shop.commit()
    answer = shop.deploy()
    assert answer["status"] == "success", answer
    assert shop.live_version() == first
    second = shop.commit()
    assert shop.deploy()["status"] == "success"
    for mode, status in (("unbuildable", "failed"), ("dies", "rolled_back"), ("sick", "rolled_back")):
        shop.commit(mode)
        answer = shop.deploy()
        assert (mode, answer["status"]) == (mode, status), answer
        assert shop.live_version() == second
        assert shop.left_over() == []
    assert "starting v2 (ok)" in shop.run("logs", "shop", "production").stdout
    assert shop.run("stop", "shop", "production").exit_code == 0
    assert shop.about() is None
    assert shop.run("start", "shop", "production").exit_code == 0
    assert shop.status()["observed"]["version"] == second
    assert shop.rollback()["new_version"] == first
    assert shop.live_version() == first


def test_an_owner_that_dies_after_the_switch_leaves_a_good_version_live_and_a_sick_one_not(shop):
    shop.configure(health_check={"retries": 1, "retry_delay": 0.05})
    live = shop.commit()
    assert shop.deploy()["status"] == "success"
    switch = next(n for n, one in enumerate(planned(shop).steps) if one.position is Position.SWITCH)
    for mode in ("ok", "sick"):
        new = shop.commit(mode)
        die(shop, points.in_step(switch, "before-done"))
        code, said = run(shop, "recover", lease=LEASE)
        assert code == 0, (mode, said)
        live = new if mode == "ok" else live
        assert shop.live_version() == live
        assert shop.status()["lock"] is None
        assert shop.left_over() == []


@pytest.mark.feature("DEP-19")
def test_an_image_is_run_there_without_building_it(shop):
    name = f"{shop.engine.registry}/ready-{shop.port()}:1"
    shop.configure(deployment_type="docker_image", docker_image=name)
    for label in ("v1", "v2"):
        shop.commit()
        shop.engine.docker("build", "--quiet", "--tag", name, shop.repository.work)
        shop.engine.docker("push", "--quiet", name)
        shop.engine.docker("rmi", name)
        answer = shop.deploy()
        assert answer["status"] == "success", answer
        assert shop.about()["label"] == label
