"""What people do to a lane while it is busy: wait, skip, cancel, hold, take away, complete."""

import os
import signal
import sqlite3

import pytest

from tests.support import github
from tests.support.processes import until
from tests.support.running import observing, reached, running, why
from tests.support.shop import SECRET

SLEEPS = ["sh", "-c", "sleep 60"]


@pytest.fixture
def quick(shop):
    """A shop whose owners are told within a second."""
    shop.env["FRAISIER_LEASE_SECONDS"] = "3"
    return shop


def slow_build(shop, **overrides):
    shop.configure(build=SLEEPS, **overrides)


def live_and_then_building(shop):
    """v1 is live, and v2 is about to be built for a minute."""
    first = shop.commit()
    shop.deploy()
    slow_build(shop)
    shop.commit()
    return first


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
        assert until(lambda: [row["status"] for row in quick.history()] == ["success"], 40)
        assert quick.live_version() == sha
    assert quick.rows("SELECT * FROM tb_observer") == []
    assert quick.run("deploy", "shop", "production", "--no-wait").exit_code == 2


def test_an_observer_that_was_killed_is_missed(quick):
    quick.commit()
    with observing(quick) as observer:
        os.kill(observer.pid, signal.SIGKILL)
        observer.process.wait()
        assert until(lambda: quick.run("deploy", "shop", "production", "--no-wait").exit_code == 2, 20)


def cancelled(shop, owner, first, *, ref=("shop", "production")):
    answer = shop.run("cancel", *ref, "--reason", "wrong branch", "--json")
    assert (answer.exit_code, answer.json["status"]) == (0, "cancelled"), answer
    assert answer.json["deployment_id"] == "dep_00002"
    code, report = owner.end()
    assert (code, report["status"]) == (1, "cancelled"), report
    assert report["error"]["code"] == "cancelled"
    assert "wrong branch" in report["error"]["message"]
    assert shop.history()[0]["status"] == "cancelled"
    assert shop.rows("SELECT * FROM tb_deployment_lock") == []
    assert shop.live_version() == first
    assert why(shop)["state"] == "idle"


def test_cancelled_while_building(quick):
    first = live_and_then_building(quick)
    with running(quick, "deploy", "shop", "production", "--json") as owner:
        reached(quick, "build_release")
        cancelled(quick, owner, first)
    assert not [words for words in quick.processes().values() if "sleep 60" in words]


def test_cancelled_while_switching(quick):
    quick.configure(service={"stop_timeout": 6})
    first = quick.commit("stubborn")
    quick.deploy()
    quick.commit()
    with running(quick, "deploy", "shop", "production", "--json") as owner:
        reached(quick, "switch_release")
        cancelled(quick, owner, first, ref=("dep_00002",))


def test_cancelled_while_health_checking(quick):
    first = quick.commit()
    quick.deploy()
    quick.configure(health_check={"retries": 100, "retry_delay": 0.5})
    quick.commit("sick")
    with running(quick, "deploy", "shop", "production", "--json") as owner:
        reached(quick, "check_health")
        cancelled(quick, owner, first, ref=("req_00002",))


def test_cancelled_while_queued_and_in_the_hands_of_an_observer(quick):
    first = live_and_then_building(quick)
    with observing(quick):
        for _ in range(2):
            assert quick.run("deploy", "shop", "production", "--no-wait").exit_code == 0
            if quick.history()[0]["status"] == "success":
                reached(quick, "build_release")
        waiting = quick.run("cancel", "req_00003", "--json")
        assert (waiting.exit_code, waiting.json["status"], waiting.json["deployment_id"]) == (
            0,
            "cancelled",
            None,
        )
        assert quick.history()[0]["status"] == "in_progress"
        answer = quick.run("cancel", "shop", "production", "--json")
        assert (answer.exit_code, answer.json["status"]) == (0, "cancelled")
        assert quick.live_version() == first


def test_cancelled_although_its_owner_is_dead(quick):
    first = live_and_then_building(quick)
    with running(quick, "deploy", "shop", "production", "--json") as owner:
        reached(quick, "build_release")
        owner.signal(signal.SIGKILL)
        owner.process.wait()
        answer = quick.run("cancel", "shop", "production", "--json")
        assert (answer.exit_code, answer.json["status"]) == (0, "cancelled"), answer
    assert quick.live_version() == first
    assert quick.history()[0]["status"] == "cancelled"


def test_nothing_and_too_late_are_said(shop):
    shop.commit()
    shop.deploy()
    nothing = shop.run("cancel", "shop", "production", "--json")
    assert (nothing.exit_code, nothing.json["status"]) == (0, "nothing_to_cancel")
    late = shop.run("cancel", "dep_00001", "--json")
    assert (late.exit_code, late.json["status"]) == (1, "success")
    assert "had ended already" in shop.run("cancel", "dep_00001").stdout
    assert shop.run("cancel", "dep_00009").exit_code == 2


def test_interrupting_a_follower_leaves_the_deployment_alone(quick):
    live_and_then_building(quick)
    with running(quick, "deploy", "shop", "production", "--json") as first:
        reached(quick, "build_release")
        with running(quick, "deploy", "shop", "production", "--force", "--json") as follower:
            queued = "SELECT 1 FROM tb_deployment_request WHERE status = 'pending'"
            assert until(lambda: quick.rows(queued))
            follower.signal(signal.SIGSTOP)
            with observing(quick):
                assert quick.run("cancel", "dep_00002").exit_code == 0
                assert first.end()[0] == 1
                reached(quick, "build_release")
                follower.signal(signal.SIGCONT)
                follower.signal(signal.SIGINT)
                code, told = follower.end()
                assert (code, told["error"]["code"]) == (130, "interrupted")
                assert "continues" in told["error"]["message"]
                assert "fraisier cancel shop production" in told["error"]["hint"]
                assert quick.history()[0]["status"] == "in_progress"
                assert quick.run("cancel", "shop", "production").exit_code == 0


def test_a_rollback_holds_unless_it_is_told_not_to(shop):
    shop.commit()
    shop.deploy()
    shop.commit()
    shop.deploy()
    assert shop.rollback("production", "--no-hold")["status"] == "success"
    assert shop.status()["hold"] is None
    shop.deploy()
    shop.rollback()
    assert shop.status()["hold"]["reason"] == "dep_00005 rolled back by hand"


@pytest.mark.feature("DEP-17")
def test_a_held_lane_lets_pushes_wait_until_a_person_has_decided(quick):
    quick.configure_webhook()
    first = quick.commit()
    quick.deploy()
    held = quick.run("hold", "shop", "production", "--reason", "sale", "--json")
    assert held.exit_code == 0
    assert held.json["hold"]["reason"] == "sale"
    assert quick.run("hold", "shop", "production").exit_code == 2
    second = quick.commit()
    with quick.serving() as address:
        payload = github.push(clone_url=str(quick.repository.origin), before=first, after=second)
        assert github.send(address, payload, secret=SECRET).status == 202
        told = why(quick)
        assert (told["state"], told["waiting"]) == ("held", ["req_00002"])
        assert "held since" in told["text"]
        assert "sale" in told["text"]
        assert len(quick.history()) == 1
        lifted = quick.run("unhold", "shop", "production", "--json")
        assert (lifted.json["was_held"], lifted.json["waiting"]) == (True, ["req_00002"])
        assert until(lambda: [row["status"] for row in quick.history()] == ["success"] * 2, 40)
    assert quick.live_version() == second
    assert "was not held" in quick.run("unhold", "shop", "production").stdout


def test_locks_are_listed_and_one_is_broken(quick):
    assert quick.run("lock", "list", "--json").json == []
    first = live_and_then_building(quick)
    with running(quick, "deploy", "shop", "production", "--json") as owner:
        reached(quick, "build_release")
        [lock] = quick.run("lock", "list", "--json").json
        assert (lock["deployment_id"], lock["valid"]) == ("dep_00002", True)
        assert lock["holder"].endswith(f":{owner.pid}")
        assert quick.run("lock", "break", "shop", "production").exit_code == 2
        broken = quick.run("lock", "break", "shop", "production", "--reason", "it hangs", "--json")
        assert broken.json["broken"]["holder"] == lock["holder"]
        code, told = owner.end()
        assert (code, told["error"]["code"]) == (3, "lease_lost")
        stuck = why(quick)
        assert stuck["state"] == "stuck"
        assert "goes back" in stuck["if_it_died"]
        quick.configure()
        assert quick.deploy()["status"] == "success"
    assert [row["status"] for row in quick.history()] == ["success", "failed", "failed", "success"]
    assert quick.live_version() != first
    [event] = quick.rows("SELECT * FROM tb_event WHERE type = 'lock.broken'")
    assert event["actor"] == "ada"
    assert "it hangs" in event["data"]
    assert quick.run("lock", "list").stdout == "No locks: nothing runs.\n"
    assert "Nobody holds" in quick.run("lock", "break", "shop", "production", "--reason", "x").stdout


@pytest.mark.feature("DEP-16")
def test_deleting_the_lock_by_sql_stops_the_holder(quick):
    first = live_and_then_building(quick)
    assert quick.rows("SELECT * FROM tb_deployment_lock") == []
    with running(quick, "deploy", "shop", "production", "--json") as owner:
        reached(quick, "build_release")
        connection = sqlite3.connect(quick.database)
        with connection:
            connection.execute("DELETE FROM tb_deployment_lock WHERE fraise = 'shop'")
        connection.close()
        code, told = owner.end()
        assert (code, told["error"]["code"]) == (3, "lease_lost")
        quick.configure()
        assert quick.deploy()["status"] == "success"
    assert quick.live_version() != first
    assert quick.rows("SELECT * FROM tb_deployment_lock") == []


@pytest.mark.feature("CLI-42")
def test_a_deployment_that_waits_for_its_health_check_is_completed_by_hand(quick):
    quick.commit()
    quick.deploy()
    quick.configure(health_check={"retries": 100, "retry_delay": 0.5})
    second = quick.commit("sick")
    with running(quick, "deploy", "shop", "production", "--json") as owner:
        reached(quick, "check_health")
        done = quick.run("complete", "dep_00002", "--reason", "it answers", "--json")
        assert (done.exit_code, done.json["status"], done.json["new_version"]) == (0, "success", second), done
        assert owner.end()[0] == 3
    assert quick.live_version() == second
    by_hand, *_ = history = quick.history()
    assert [row["status"] for row in history] == ["success", "success", "success"]
    assert (by_hand["kind"], by_hand["reason"]) == ("recovery", "dep_00002 is completed by hand: it answers")
    state = quick.status()
    assert (state["current_version"], state["status"], state["lock"]) == (second, "healthy", None)
    [event] = quick.rows("SELECT * FROM tb_event WHERE type = 'deployment.completed_by_hand'")
    assert (event["actor"], event["deployment"]) == ("ada", "dep_00002")
    assert "it answers" in quick.run("logs", "dep_00002").stdout


@pytest.mark.feature("CLI-42")
def test_a_verdict_on_an_ended_deployment_is_a_new_row(shop):
    sha = shop.commit()
    shop.deploy()
    shop.configure(build=["false"])
    assert shop.deploy("production", "--force")["status"] == "failed"
    before = shop.rows("SELECT * FROM tb_deployment WHERE pk_deployment = 2")
    done = shop.run("complete", "dep_00002", "--reason", "it answers", "--json")
    assert (done.exit_code, done.json["deployment_id"], done.json["new_version"]) == (0, "dep_00003", sha), (
        done
    )
    assert shop.rows("SELECT * FROM tb_deployment WHERE pk_deployment = 2") == before
    assert shop.status()["hold"] is None
    assert "dep_00002 was completed by hand: it answers" in shop.run("logs", "dep_00003").stdout


def test_only_a_live_version_can_be_completed(shop):
    shop.commit()
    shop.deploy()
    shop.commit("sick")
    assert shop.deploy()["status"] == "rolled_back"
    refused = shop.run("complete", "dep_00002", "--reason", "x", "--json")
    assert refused.exit_code == 1
    assert "is live" in refused.json["error"]["message"]
    assert shop.run("complete", "dep_00009", "--reason", "x").exit_code == 2
    assert shop.run("complete", "dep_00001", "--reason", "x", "--json").json["status"] == "success"


def test_what_has_not_switched_cannot_be_completed(quick):
    live_and_then_building(quick)
    with running(quick, "deploy", "shop", "production"):
        reached(quick, "build_release")
        assert quick.run("complete", "dep_00002", "--reason", "x").exit_code == 1
        assert why(quick)["state"] == "running"
        quick.run("cancel", "shop", "production")


def test_another_installation_takes_the_fence_over(shop):
    shop.commit()
    shop.deploy()
    lost = shop.env["FRAISIER_DB_PATH"]
    shop.env["FRAISIER_DB_PATH"] = str(shop.root / "state" / "second.db")
    shop.commit()
    refused = shop.run("deploy", "shop", "production", "--json")
    assert (refused.exit_code, refused.json["error"]["code"]) == (3, "fence_refused")
    assert shop.run("fence", "adopt", "shop", "production").exit_code == 2
    adopted = shop.run("fence", "adopt", "shop", "production", "--yes", "--json")
    assert (adopted.exit_code, adopted.json["adopted"]) == (0, True), adopted
    again = shop.run("fence", "adopt", "shop", "production", "--json")
    assert (again.exit_code, again.json["adopted"]) == (0, False)
    [event] = [row for row in shop.run("audit", "--json").json if row["what"] == "fence.adopted"]
    assert event["who"] == "ada"
    answer = shop.run("deploy", "shop", "production", "--json").json
    assert (answer["error"] or {}).get("code") != "fence_refused"
    shop.env["FRAISIER_DB_PATH"] = lost
    assert shop.run("deploy", "shop", "production", "--json").json["error"]["code"] == "fence_refused"


@pytest.mark.feature("DEP-23")
def test_everything_is_listed_with_who_when_from_where_and_how_it_ended(shop):
    assert shop.run("audit").stdout == "Nothing has been done yet.\n"
    shop.commit()
    shop.deploy()
    shop.env["SSH_CONNECTION"] = "192.0.2.7 50000 192.0.2.1 22"
    shop.env["LOGNAME"] = shop.env["USER"] = "bob"
    shop.run("hold", "shop", "production", "--reason", "sale")
    rows = shop.run("audit", "--fraise", "shop", "--environment", "production", "--json").json
    assert [row["what"] for row in rows] == [
        "lane.held",
        "deployment.succeeded",
        "deployment.started",
        "request.made",
    ]
    assert [row["who"] for row in rows] == ["bob", "ada", "ada", "ada"]
    assert rows[0]["requested_from"] == f"{os.uname().nodename} from 192.0.2.7"
    assert rows[1]["requested_from"] == os.uname().nodename
    assert (rows[1]["result"], rows[1]["deployment_id"], rows[3]["request_id"]) == (
        "success",
        "dep_00001",
        "req_00001",
    )
    assert rows[0]["reason"] == "sale"
    assert all(row["at"] for row in rows)
    assert len(shop.run("audit", "--limit", "1").stdout.splitlines()) == 2


def test_why_tells_an_idle_a_running_and_a_doomed_lane(quick):
    assert why(quick)["state"] == "idle"
    assert (
        quick.run("why", "shop", "production").stdout == "Nothing runs in shop/production. Nothing waits.\n"
    )
    first = live_and_then_building(quick)
    with running(quick, "deploy", "shop", "production") as owner:
        reached(quick, "build_release")
        told = why(quick)
        assert (told["state"], told["deployment_id"]) == ("running", "dep_00002")
        assert told["if_it_died"] == f"it goes back to {first[:7]} (its owner died before the switch)"
        assert told["lock"]["holder"].endswith(f":{owner.pid}")
        text = quick.run("why", "shop", "production").stdout
        for word in (
            told["lock"]["since"],
            "dep_00002",
            "(Building, since",
            told["step"]["since"],
            "If the owner died now",
        ):
            assert word in text
        assert text.count("\n") == 1
        owner.signal(signal.SIGKILL)
        owner.process.wait()
        assert until(lambda: why(quick)["state"] == "stuck")
        assert "no living owner" in why(quick)["text"]
        assert quick.run("cancel", "shop", "production").exit_code == 0
