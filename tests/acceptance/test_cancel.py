"""`fraisier cancel`: whatever the deployment is doing, the old version stays."""

import signal

from tests.support.processes import until
from tests.support.running import observing, reached, running, why
from tests.support.steering import live_and_then_building


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
