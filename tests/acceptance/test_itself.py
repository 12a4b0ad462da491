"""Fraisier deploys Fraisier: by command and by a push to the very server that is replaced."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.support.own_source import Own
from tests.support.processes import until
from tests.support.running import reached, running


@pytest.fixture
def own(tmp_path, short_folder):
    made = Own(tmp_path, short_folder)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def live(own):
    """The first version runs, and serves."""
    sha = own.repository.commit()
    assert own.deploy(fraise="fraisier")["status"] == "success"
    assert own.live_version() == sha
    return own


def first(own):
    return own.repository.labels["v1"]


def nothing_is_left(own, version):
    """This version serves, nobody holds the lane, no guard and no process of another version lives."""
    assert until(lambda: own.guards() == [], 30)
    assert (own.live_version(), own.rows("SELECT * FROM tb_deployment_lock")) == (version, [])
    seen = own._read("status", "fraisier", "production")
    assert (seen["status"], seen["current_version"]) == ("healthy", version)


@pytest.mark.feature("CLI-14")
def test_by_a_push_to_the_server_that_is_replaced_and_by_command(live):
    second = live.repository.commit()
    [server] = live.servers()
    live.push(first(live), second)
    row = live.ended(2)
    assert (row["status"], row["triggered_by"], row["takeovers"]) == ("success", "webhook", 0)
    assert server not in live.processes()
    nothing_is_left(live, second)
    third = live.repository.commit()
    answer = live.deploy(fraise="fraisier")
    assert (answer["status"], answer["old_version"], answer["new_version"]) == ("success", second, third)
    nothing_is_left(live, third)
    assert [row["kind"] for row in live.history()] == ["deploy"] * 3


def test_a_version_that_upgrades_the_database_and_is_never_ready_is_taken_back(live):
    """The old version works on with the newer schema: an upgrade only adds."""
    live.push(first(live), live.repository.commit("upgrades"))
    row = live.ended(2)
    assert (row["status"], row["takeovers"]) == ("rolled_back", 0)
    assert live.rows("SELECT MAX(version) AS version FROM tb_schema_version") == [{"version": 99}]
    nothing_is_left(live, first(live))
    second = live.repository.commit()
    assert live.deploy(fraise="fraisier")["status"] == "success"
    nothing_is_left(live, second)


def test_a_version_whose_guard_cannot_start_deploys_nothing_and_is_replaced_by_command(live):
    second = live.repository.commit("no guard")
    assert live.deploy(fraise="fraisier")["status"] == "success"
    third = live.repository.commit()
    live.push(second, third)
    row = live.ended(3)
    assert (row["status"], row["new_version"]) == ("failed", third)
    assert "The guard did not start" in row["error_message"]
    nothing_is_left(live, second)
    assert live.deploy(fraise="fraisier")["status"] == "success"
    nothing_is_left(live, third)


def in_its_switch(own):
    """`fraisier deploy`, while the server that it stops does not react: the guard waits in the middle of the switch."""
    [server] = own.servers()
    os.kill(server, signal.SIGSTOP)
    command = running(own, "deploy", "fraisier", "production", "--json")
    sql = "SELECT 1 FROM tb_deployment_step WHERE kind = 'switch_release' AND status = 'running'"
    return command, lambda: own.rows(sql)


def test_the_guard_dies_in_the_switch_and_its_other_half_goes_on(live):
    second = live.repository.commit()
    command, switching = in_its_switch(live)
    with command as deploying:
        assert until(switching, 60)
        watcher, worker = sorted(live.guards(), key=born)
        os.kill(worker, signal.SIGKILL)
        code, answer = deploying.end(90)
    assert (code, answer["status"]) == (0, "success")
    assert not live.processes().get(watcher) or until(lambda: live.guards() == [], 30)
    nothing_is_left(live, second)
    [recovery] = [row for row in live.history() if row["kind"] == "recovery"]
    assert (recovery["recovers"], recovery["status"]) == ("dep_00002", "success")


def test_every_guard_dies_in_the_switch_and_the_next_command_goes_on(live):
    second = live.repository.commit()
    command, switching = in_its_switch(live)
    with command as deploying:
        assert until(switching, 60)
        for guard in live.guards():
            os.kill(guard, signal.SIGKILL)
        deploying.signal(signal.SIGINT)
        code, told = deploying.end()
    assert code == 130
    assert "continues" in told["error"]["message"]
    assert live.run("deploy", "fraisier", "production").exit_code == 0
    nothing_is_left(live, second)


def test_the_guard_dies_before_the_switch_and_the_server_starts_another_that_goes_back(live):
    live.describe(build=["sh", "-c", "sleep 60"])
    live.repository.commit()
    with running(live, "deploy", "fraisier", "production", "--json") as deploying:
        reached(live, "build_release", lane=("fraisier", "production"))
        for guard in live.guards():
            os.kill(guard, signal.SIGKILL)
        code, answer = deploying.end(90)
    assert (code, answer["status"]) == (1, "failed")
    assert "interrupted" in answer["error"]["message"]
    nothing_is_left(live, first(live))


def test_a_group_does_not_take_fraisier_along(live):
    live.describe(group=True)
    answer = live.run("deploy", "all", "production", "--json")
    assert answer.exit_code == 1
    assert "deployed alone" in answer.stdout
    nothing_is_left(live, first(live))


def born(pid):
    return int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19])
