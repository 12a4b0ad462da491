"""A worker has no port: its process is all there is to know it by."""

import sys
from pathlib import Path

import pytest

from tests.support.jobs import WORKER
from tests.support.processes import until

CHECK = {"type": "command", "command": ["test", "-s", "beat"], "retries": 50, "retry_delay": 0.1}


@pytest.fixture
def workshop(shop):
    """A shop whose fraise is a worker."""
    environment = shop.environment(
        service={"command": [sys.executable, "worker.py"], "port": None}, health_check=None
    )
    shop.write_config({"fraises": {"shop": {"type": "worker", "environments": {"production": environment}}}})
    shop.worker = environment
    return shop


def works(shop):
    """What the worker that is live says of itself: label, pid, version and port."""
    beat = shop.app_path() / "current" / "beat"
    return beat.read_text().split() if beat.exists() else None


def commit(shop, mode="ok"):
    return shop.commit(mode, **{"worker.py": WORKER})


@pytest.mark.feature("TYP-05")
def test_a_worker_is_deployed_replaced_and_taken_back(workshop):
    first = commit(workshop)
    shown = workshop.run("deploy", "shop", "production")
    assert shown.exit_code == 0, shown
    assert "must stay up for 2 s" in shown.output
    assert until(lambda: works(workshop), 10)
    label, old, version, port = works(workshop)
    assert (label, version, port) == ("v1", first, "None")
    second = commit(workshop)
    assert workshop.deploy()["status"] == "success"
    assert until(lambda: works(workshop), 10)
    assert works(workshop)[2] == second
    assert not Path(f"/proc/{old}").exists()
    commit(workshop, "dies")
    answer = workshop.deploy()
    assert answer["status"] == "rolled_back"
    assert "did not stay up" in answer["error"]["message"]
    assert until(lambda: works(workshop), 10)
    assert workshop.status()["observed"]["version"] == second
    assert workshop.rollback()["new_version"] == first
    assert "worker v1 (ok)" in workshop.run("logs", "shop", "production").stdout


@pytest.mark.feature("TYP-05")
def test_a_check_of_its_own_judges_the_process_that_works_in_the_release(workshop):
    environment = {**workshop.worker, "health_check": CHECK}
    workshop.write_config(
        {"fraises": {"shop": {"type": "worker", "environments": {"production": environment}}}}
    )
    commit(workshop)
    shown = workshop.run("deploy", "shop", "production")
    assert shown.exit_code == 0, shown
    assert "not verified" not in shown.output
    commit(workshop, "dies")
    answer = workshop.deploy()
    assert answer["status"] == "rolled_back"


def test_a_worker_has_no_port(workshop):
    environment = {**workshop.worker, "service": {"command": "python3 worker.py", "port": 8000}}
    workshop.write_config(
        {"fraises": {"shop": {"type": "worker", "environments": {"production": environment}}}}
    )
    refused = workshop.run("config", "validate")
    assert refused.exit_code == 2
    assert "a worker answers on no port" in refused.output
