"""A worker as a unit of systemd."""

import pytest

from tests.support.jobs import WORKER

pytestmark = [pytest.mark.systemd, pytest.mark.timeout(400)]


@pytest.mark.feature("TYP-05")
def test_a_worker_lives_as_a_unit_and_a_dying_one_goes_back(shop):
    environment = shop.environment(
        service={"command": ["python3", "worker.py"], "port": None}, health_check=None
    )
    shop.write_config({"fraises": {"shop": {"type": "worker", "environments": {"production": environment}}}})
    good = shop.commit(**{"worker.py": WORKER})
    assert shop.deploy()["status"] == "success"
    assert shop.shown("ActiveState") == "active"
    shop.commit("dies", **{"worker.py": WORKER})
    assert shop.deploy()["status"] == "rolled_back"
    assert shop.shown("ActiveState") == "active"
    assert shop.status()["observed"]["version"] == good
    assert "worker v1 (ok)" in shop.run("logs", "shop", "production").stdout
