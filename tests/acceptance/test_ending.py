"""A deployment always ends: signals, closed terminals, hanging commands, a locked database, a killed owner."""

from __future__ import annotations

import os
import platform
import pty
import signal
import sqlite3
import subprocess
import time
from contextlib import closing, contextmanager

import pytest

from tests.support import github, processes
from tests.support.processes import until
from tests.support.running import reached, running
from tests.support.shop import SECRET, answers

SLEEPS = ["sh", "-c", "sleep 60"]
PATIENT_CHECK = {"retries": 300, "retry_delay": 0.1}
IGNORES = ["sh", "-c", "trap '' TERM; sh -c \"trap '' TERM; sleep 9999\" & sleep 9999"]


@pytest.fixture
def live(shop):
    """A shop with v1 live, and leases of three seconds."""
    shop.env["FRAISIER_LEASE_SECONDS"] = "3"
    shop.commit()
    assert shop.deploy()["status"] == "success"
    return shop


def first(shop):
    return shop.repository.labels["v1"]


def nothing_is_left(shop):
    """The old version is live and well, nobody holds the lane, nothing of the deployment runs or lies there."""
    seen = shop.status()
    assert (seen["status"], seen["lock"], seen["current_version"]) == ("healthy", None, first(shop))
    assert shop.live_version() == first(shop)
    assert len(shop.releases()) == 1
    assert not [words for words in shop.processes().values() if "sleep" in words]


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 130)]
)
def test_the_first_signal_undoes_a_deployment_before_its_switch(live, number, code):
    live.configure(build=SLEEPS)
    live.commit()
    with running(live, "deploy", "shop", "production", "--json") as owner:
        reached(live, "build_release")
        owner.signal(number)
        ended, answer = owner.end()
    assert (ended, answer["status"], answer["error"]["code"]) == (code, "cancelled", "interrupted")
    nothing_is_left(live)


def test_the_first_signal_undoes_a_deployment_after_its_switch(live):
    live.configure(health_check=PATIENT_CHECK)
    live.commit("sick")
    with running(live, "deploy", "shop", "production", "--json") as owner:
        reached(live, "check_health")
        owner.signal(signal.SIGINT)
        ended, answer = owner.end()
    assert (ended, answer["status"]) == (130, "cancelled")
    nothing_is_left(live)


def waits_in_its_undo(shop):
    """A version whose migration is undone by a command that waits for the file which is returned."""
    go = shop.root / "go"
    down = ["sh", "-c", f"while [ ! -e {go} ]; do sleep 0.02; done"]
    shop.configure(database={"migrate": ["true"], "down": down}, health_check=PATIENT_CHECK)
    shop.commit("sick")
    return go


def undoing(shop):
    return until(lambda: any("sleep 0.02" in words for words in shop.processes().values()), 20)


def dropped_on_its_way_back(shop):
    """`fraisier deploy`, interrupted twice."""
    with running(shop, "deploy", "shop", "production", "--json") as owner:
        reached(shop, "check_health")
        owner.signal(signal.SIGINT)
        assert undoing(shop)
        owner.signal(signal.SIGINT)
        ended, answer = owner.end()
    assert (ended, answer["error"]["code"]) == (3, "lease_lost")
    assert not undoing_still(shop)
    [row] = shop.rows("SELECT * FROM tb_deployment WHERE status = 'in_progress'")
    assert (row["direction"], shop.rows("SELECT * FROM tb_deployment_lock")) == ("back", [])


def undoing_still(shop):
    return [words for words in shop.processes().values() if "sleep 0.02" in words]


def test_the_second_signal_drops_the_lease_and_the_next_command_goes_on(live):
    go = waits_in_its_undo(live)
    dropped_on_its_way_back(live)
    go.touch()
    live.configure()
    well = live.commit()
    assert live.deploy()["status"] == "success"
    assert live.live_version() == well
    assert [row["status"] for row in live.history()] == ["success", "rolled_back", "rolled_back", "success"]


def test_a_signal_while_an_earlier_deployment_is_ended_parks_that_and_takes_the_own_request_back(live):
    go = waits_in_its_undo(live)
    dropped_on_its_way_back(live)
    with running(live, "deploy", "shop", "production", "--json") as following:
        assert undoing(live)
        following.signal(signal.SIGTERM)
        go.touch()
        ended, answer = following.end()
    assert (ended, answer["error"]["code"]) == (143, "interrupted")
    assert live.rows("SELECT * FROM tb_deployment_lock") == []
    assert (
        live.rows("SELECT status FROM tb_deployment_request ORDER BY pk_deployment_request DESC")[0]["status"]
        == "cancelled"
    )
    [parked] = live.rows("SELECT * FROM tb_deployment WHERE status = 'in_progress'")
    assert (parked["parked"], parked["direction"]) == (1, "back")
    live.configure()
    live.commit()
    assert live.deploy()["status"] == "success"
    assert [(row["kind"], row["status"]) for row in live.history()] == [
        ("deploy", "success"),
        ("recovery", "rolled_back"),
        ("recovery", "superseded"),
        ("deploy", "rolled_back"),
        ("deploy", "success"),
    ]


def test_a_closed_terminal_undoes(live):
    live.configure(build=SLEEPS)
    live.commit()
    ours, theirs = pty.openpty()
    command = subprocess.Popen(
        ["setsid", "--ctty", str(live.fraisier), "deploy", "shop", "production"],
        env={**live.env, "TERM": "xterm"},
        cwd=live.root,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    reached(live, "build_release")
    os.close(ours)
    assert command.wait(40) == 130
    assert live.history()[0]["status"] == "cancelled"
    nothing_is_left(live)


def test_a_build_that_hangs_is_ended_with_its_group_and_undone(live):
    live.configure(build=IGNORES, build_timeout=1)
    live.commit()
    answer = live.deploy()
    assert answer["status"] == "failed"
    assert "not done after 1 s" in answer["error"]["message"]
    nothing_is_left(live)


def test_a_migration_that_hangs_is_ended_and_undone(live):
    undone = live.root / "undone"
    live.configure(database={"migrate": IGNORES, "down": ["touch", str(undone)], "timeout": 1})
    live.commit()
    answer = live.deploy()
    assert answer["status"] == "failed"
    assert undone.exists()
    nothing_is_left(live)


@contextmanager
def locked(shop):
    """Another process holds the write lock of the state database."""
    with closing(sqlite3.connect(shop.database, isolation_level=None, timeout=30)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")


def test_a_database_that_is_locked_for_ten_seconds_is_waited_for(shop):
    shop.commit()
    shop.deploy()
    go = shop.root / "go"
    shop.configure(build=["sh", "-c", f"while [ ! -e {go} ]; do sleep 0.02; done; cat label > built"])
    sha = shop.commit()
    with running(shop, "deploy", "shop", "production", "--json") as owner:
        reached(shop, "build_release")
        with locked(shop):
            go.touch()
            began = time.monotonic()
            assert not until(lambda: owner.process.poll() is not None, 10)
        ended, answer = owner.end()
    assert (ended, answer["status"], shop.live_version()) == (0, "success", sha)
    assert time.monotonic() - began >= 10
    assert shop.rows("SELECT * FROM tb_deployment WHERE takeovers > 0") == []


def test_a_database_that_is_locked_for_longer_than_the_lease_ends_it_honestly(live):
    go = live.root / "go"
    live.configure(build=["sh", "-c", f"while [ ! -e {go} ]; do sleep 0.02; done; cat label > built"])
    live.commit()
    with running(live, "deploy", "shop", "production", "--json") as owner:
        reached(live, "build_release")
        with locked(live):
            go.touch()
            assert not until(lambda: owner.process.poll() is not None, 6)
        ended, answer = owner.end(60)
    # A lease that nobody else has taken may just have been renewed when it was looked at.
    assert (ended, (answer["error"] or {}).get("code")) in {(3, "lease_lost"), (0, None)}
    live.configure()
    well = live.commit()
    assert live.deploy()["status"] == "success"
    assert live.live_version() == well
    assert len(live.rows("SELECT * FROM tb_deployment")) == 3


def test_the_next_command_ends_what_a_killed_one_left(live):
    live.configure(build=SLEEPS)
    live.commit()
    with running(live, "deploy", "shop", "production", "--json") as owner:
        reached(live, "build_release")
        owner.signal(signal.SIGKILL)
        owner.process.wait()
    live.configure()
    well = live.commit()
    result = live.run("deploy", "shop", "production")
    assert result.exit_code == 0
    assert "An interrupted deployment of this lane was found" in result.output
    assert live.live_version() == well
    assert not [words for words in live.processes().values() if "sleep" in words]
    told = live.run("logs", "dep_00002").output
    assert "its owner died" in told
    assert "before the switch" in told
    a_row_of_its_own(live)


def a_row_of_its_own(shop):
    """The recovery is an entry of the history, with all that it was about, who ended it and why."""
    last, recovery, dead, _ = shop.history()
    about = ("old_version", "new_version", "git_commit", "git_branch", "triggered_by", "status")
    assert {name: recovery[name] for name in about} == {name: dead[name] for name in about}
    assert (last["kind"], recovery["kind"], recovery["recovers"]) == ("deploy", "recovery", "dep_00002")
    assert (recovery["reason"], recovery["status"]) == ("its owner died before the switch", "failed")
    assert recovery["requested_by"].startswith(f"{platform.node()}:")
    assert dead["started_at"] < recovery["started_at"] <= recovery["completed_at"] <= last["started_at"]
    line = next(line for line in shop.run("history").stdout.splitlines() if line.startswith("rec_00001"))
    assert "recovery of dep_00002  failed: its owner died before the switch" in line
    assert shop.run("logs", "rec_00001").output == shop.run("logs", "dep_00002").output
    stats = shop.run("stats", "--json").json
    assert (stats["total"], stats["successful"], stats["failed"]) == (3, 2, 1)


def test_a_server_that_is_asked_to_end_parks_and_the_next_one_goes_on(live):
    go = live.root / "go"
    live.configure_webhook(
        build=["sh", "-c", f"touch {go}.begun; while [ ! -e {go} ]; do sleep 0.02; done; cat label > built"]
    )
    sha = live.commit()
    with live.serving() as address:
        payload = github.push(clone_url=str(live.repository.origin), before=first(live), after=sha)
        assert github.send(address, payload, secret=SECRET).status == 202
        assert until(lambda: go.with_name("go.begun").exists(), 30)
        [server] = [pid for pid, words in live.processes().items() if "fraisier serve" in words]
        os.kill(server, signal.SIGTERM)
        assert until(lambda: not answers(f"{address}/health"), 30)
        go.touch()
        assert until(lambda: not processes.alive(server), 30)
    [parked] = live.rows("SELECT * FROM tb_deployment WHERE status = 'in_progress'")
    assert (parked["parked"], parked["direction"]) == (1, "forward")
    assert live.rows("SELECT * FROM tb_deployment_lock") == []
    assert live.live_version() == first(live)
    with live.serving():
        assert until(lambda: live.live_version() == sha, 30)
        assert until(lambda: live.statuses()[0] == "success", 30)
    steps = live.rows("SELECT title, attempts FROM tb_deployment_step WHERE fk_deployment = 2")
    assert {step["attempts"] for step in steps} == {1}
    assert live.rows("SELECT takeovers FROM tb_deployment WHERE pk_deployment = 2") == [{"takeovers": 0}]


def test_a_server_that_is_asked_twice_lets_go_at_once(live):
    live.configure_webhook(build=SLEEPS)
    sha = live.commit()
    with live.serving() as address:
        payload = github.push(clone_url=str(live.repository.origin), before=first(live), after=sha)
        assert github.send(address, payload, secret=SECRET).status == 202
        reached(live, "build_release")
        [server] = [pid for pid, words in live.processes().items() if "fraisier serve" in words]
        os.kill(server, signal.SIGTERM)
        assert until(lambda: not answers(f"{address}/health"), 30)
        os.kill(server, signal.SIGTERM)
        assert until(lambda: not processes.alive(server), 30)
    assert live.rows("SELECT * FROM tb_deployment_lock") == []
    assert live.rows("SELECT identifier FROM tb_deployment WHERE status = 'in_progress'") == [
        {"identifier": "dep_00002"}
    ]
    with live.serving():
        assert until(lambda: live.statuses()[0] == "failed", 30)
    nothing_is_left(live)


def test_what_was_queued_stays_queued_when_the_server_is_killed(live):
    """Nothing is marked as failed just because the server starts again."""
    live.configure_webhook(build=SLEEPS, hold_on_failure=False)
    second = live.commit()
    with live.serving() as address:
        payload = github.push(clone_url=str(live.repository.origin), before=first(live), after=second)
        assert github.send(address, payload, secret=SECRET).status == 202
        reached(live, "build_release")
        third = live.commit()
        payload = github.push(clone_url=str(live.repository.origin), before=second, after=third)
        assert github.send(address, payload, secret=SECRET).status == 202
        [server] = [pid for pid, words in live.processes().items() if "fraisier serve" in words]
        os.kill(server, signal.SIGKILL)
    queue = live.rows("SELECT status FROM tb_deployment_request WHERE trigger_type = 'webhook' ORDER BY 1")
    assert [row["status"] for row in queue] == ["pending", "processing"]
    live.configure_webhook(hold_on_failure=False)
    with live.serving():
        assert until(lambda: live.live_version() == third, 60)
    [running_then] = live.rows("SELECT * FROM tb_deployment WHERE new_version = ?", second)
    assert running_then["status"] == "failed"
    assert "interrupted" in running_then["error_message"]
