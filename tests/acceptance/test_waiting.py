"""Who waits for a busy lane, who does not, and who leaves it to an observer."""

import os
import signal

import pytest

from tests.support.processes import until
from tests.support.running import observing, reached, running
from tests.support.steering import live_and_then_building


@pytest.mark.feature("DEP-14", "DEP-15")
def test_who_waits_for_a_busy_lane_is_told_who_has_it_since_when_and_what_to_do(quick):
    live_and_then_building(quick)
    with running(quick, "deploy", "shop", "production", "--json") as owner:
        reached(quick, "build_release")
        refused = quick.run("deploy", "shop", "production", "--wait-lock", "0.5", "--json")
        assert refused.exit_code == 3
        error = refused.json["error"]
        assert error["code"] == "locked"
        assert error["message"].startswith("Deployment lock acquisition timed out after 0.5 s")
        [lock] = quick.rows("SELECT holder, acquired_at FROM tb_deployment_lock")
        for word in (f":{owner.pid}", lock["holder"], lock["acquired_at"], "dep_00002", "(Building, since"):
            assert word in error["message"]
        assert "fraisier why shop production" in error["hint"]
        assert "fraisier cancel shop production" in error["hint"]
        [mine] = quick.rows("SELECT status FROM tb_deployment_request WHERE identifier = 'req_00003'")
        assert mine["status"] == "cancelled"
        assert quick.run("cancel", "shop", "production").exit_code == 0


@pytest.mark.feature("DEP-15")
def test_the_default_wait_is_documented(shop):
    assert "[default: 60]" in " ".join(shop.run("deploy", "--help").stdout.split())


def test_skipping_a_locked_lane_asks_for_nothing(quick):
    live_and_then_building(quick)
    with running(quick, "deploy", "shop", "production"):
        reached(quick, "build_release")
        before = quick.rows("SELECT COUNT(*) AS n FROM tb_deployment_request")
        skipped = quick.run("deploy", "shop", "production", "--skip-if-locked", "--json")
        assert (skipped.exit_code, skipped.json["error"]["code"]) == (3, "locked")
        assert skipped.json["error"]["message"].startswith("Skipped: ")
        assert quick.rows("SELECT COUNT(*) AS n FROM tb_deployment_request") == before
        quick.run("cancel", "shop", "production")


def test_a_free_lane_is_not_skipped(shop):
    shop.commit()
    assert shop.deploy("production", "--skip-if-locked")["status"] == "success"


@pytest.mark.parametrize(
    "options", [["--no-wait", "--wait-lock", "1"], ["--skip-if-locked", "--wait-lock", "1"]]
)
def test_options_that_contradict_each_other_are_refused(shop, options):
    shop.commit()
    refused = shop.run("deploy", "shop", "production", *options)
    assert refused.exit_code == 2
    assert "exclude each other" in refused.stderr


def test_nothing_is_queued_that_nobody_would_run(shop):
    shop.commit()
    refused = shop.run("deploy", "shop", "production", "--no-wait", "--json")
    assert refused.exit_code == 2
    assert refused.json["error"]["code"] == "no_observer"
    assert "fraisier observe" in refused.json["error"]["hint"]
    assert shop.history() == []


def test_an_observer_runs_what_was_queued_and_says_good_bye(quick):
    sha = quick.commit()
    with observing(quick):
        queued = quick.run("deploy", "shop", "production", "--no-wait", "--json")
        assert queued.exit_code == 0
        assert (queued.json["status"], queued.json["request_id"]) == ("pending", "req_00001")
        assert queued.json["deployment_id"] is None
        assert until(lambda: quick.statuses() == ["success"], 40)
        assert quick.live_version() == sha
    assert quick.rows("SELECT * FROM tb_observer") == []
    assert quick.run("deploy", "shop", "production", "--no-wait").exit_code == 2


def test_an_observer_that_was_killed_is_missed(quick):
    quick.commit()
    with observing(quick) as observer:
        os.kill(observer.pid, signal.SIGKILL)
        observer.process.wait()
        assert until(lambda: quick.run("deploy", "shop", "production", "--no-wait").exit_code == 2, 20)
