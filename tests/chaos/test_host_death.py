"""What runs on the host dies: the host runner, the supervisor of an effect, the service's own supervisord."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from tests.chaos.lane import OVERRIDES, Lane
from tests.support import processes
from tests.support.running import running

BUILD = 'echo "build $(cat label)" >> "$LEDGER"; while [ ! -e "$LEDGER.go" ]; do sleep 0.02; done; cat label > built'


@pytest.fixture
def building(lane: Lane):
    """A lane with v1 live, and v2 in the middle of its build; the command that deploys it."""
    lane.shop.commit()
    assert lane.shop.deploy()["status"] == "success"
    lane.shop.configure(**OVERRIDES, env_vars={"LEDGER": str(lane.ledger)}, build=["sh", "-c", BUILD])
    lane.shop.commit()
    with running(lane.shop, "deploy", "shop", "production", "--json") as owner:
        assert processes.until(lambda: "build v2" in lane.ledger.read_text(), 30)
        yield owner


def go(lane: Lane) -> None:
    Path(f"{lane.ledger}.go").touch()


def host_runner(owner: int) -> int:
    """The child of `fraisier` that touches the machine for it."""
    [pid] = Path(f"/proc/{owner}/task/{owner}/children").read_text(encoding="ascii").split()
    return int(pid)


def effect(lane: Lane, key: str) -> int:
    """The supervisor of the newest effect with this key."""
    record = max((lane.shop.app_path() / ".fraisier/effects").glob(f"*.{key}.json"))
    return int(json.loads(record.read_text(encoding="utf-8"))["pid"])


def builds(lane: Lane) -> int:
    return lane.ledger.read_text(encoding="utf-8").splitlines().count("build v2")


def test_the_host_runner_dies_the_build_goes_on_and_runs_once(lane, building):
    os.kill(host_runner(building.pid), signal.SIGKILL)
    assert processes.until(lambda: host_runner_is_back(building.pid), 30)
    go(lane)
    code, answer = building.end()
    assert (code, answer["status"]) == (0, "success")
    assert builds(lane) == 1
    lane.must_have_ended(new=answer["new_version"], old=answer["old_version"])


def host_runner_is_back(owner: int) -> bool:
    children = Path(f"/proc/{owner}/task/{owner}/children").read_text(encoding="ascii").split()
    return any(processes.alive(int(pid)) for pid in children)


def test_the_supervisor_of_the_build_dies_and_the_deployment_goes_back(lane, building):
    old = lane.live()
    os.kill(effect(lane, "003-apply-1"), signal.SIGKILL)
    code, answer = building.end()
    assert (code, answer["status"]) == (1, "failed")
    assert "nobody knows how" in answer["error"]["message"]
    assert builds(lane) == 1
    lane.must_have_ended(new=answer["new_version"], old=old)


def test_the_owner_and_all_that_it_started_die_at_once(lane, building):
    old = lane.live()
    for pid in (building.pid, host_runner(building.pid), effect(lane, "003-apply-1")):
        os.kill(pid, signal.SIGKILL)
    lane.recover()
    assert builds(lane) == 1
    new = lane.shop.repository.labels["v2"]
    assert lane.must_have_ended(new=new, old=old)["status"] == "failed"


def test_supervisord_dies_in_the_middle_of_a_build_and_the_switch_starts_another(lane, building):
    old = lane.live()
    [supervisord] = [pid for pid, words in lane.shop.processes().items() if "supervisord" in words]
    os.kill(supervisord, signal.SIGKILL)
    go(lane)
    code, answer = building.end()
    assert (code, answer["status"]) == (0, "success")
    lane.must_have_ended(new=answer["new_version"], old=old)
