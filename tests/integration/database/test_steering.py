"""What people do to a lane beside deploying: cancel, complete by hand, adopt; and who watches it."""

from __future__ import annotations

import pytest

from tests.support.lanes import about, held


def cancel(lanes, request, **more):
    return lanes.call("fn_cancel_running", request=request, by="bob", **more)


def test_the_owner_reads_with_its_heartbeat_that_it_is_cancelled(lanes):
    deployment = lanes.started()
    assert lanes.call("fn_renew_lease", **held(deployment))["cancel_requested_by"] is None
    told = cancel(lanes, "req_00001", reason="wrong branch", asked_from="desk 3")
    assert told["status"] == "processing"
    beat = lanes.call("fn_renew_lease", **held(deployment))
    assert (beat["cancel_requested_by"], beat["cancel_reason"]) == ("bob", "wrong branch")
    [event] = lanes.sql("SELECT * FROM tb_event WHERE type = 'deployment.cancel_requested'")
    assert (event["actor"], event["deployment"]) == ("bob", "dep_00001")


def test_who_takes_over_reads_it_too(lanes):
    lanes.started()
    cancel(lanes, "req_00001")
    lanes.clock.pass_seconds(31)
    assert lanes.take_over()["cancel_requested_by"] == "bob"


def test_only_the_first_who_cancels_counts(lanes):
    lanes.started()
    cancel(lanes, "req_00001", reason="first")
    again = lanes.call("fn_cancel_running", request="req_00001", by="eve", reason="second")
    assert (again["cancel_requested_by"], again["cancel_reason"]) == ("bob", "first")


def test_nobody_cancels_what_waits_or_has_ended(lanes):
    lanes.ask("other")
    assert cancel(lanes, "req_00001") is None
    lanes.complete(lanes.started())
    assert cancel(lanes, "req_00002") is None


def test_an_orphan_that_was_to_be_cancelled_is(lanes):
    lanes.ask()
    lanes.claim()
    cancel(lanes, "req_00001")
    lanes.clock.pass_seconds(31)
    lanes.call("fn_return_orphans")
    assert lanes.row("request", ref="req_00001")["status"] == "cancelled"


def test_what_runs_comes_before_what_waits(lanes):
    lanes.started()
    lanes.ask(trigger="webhook")
    lanes.ask("other")
    found = lanes.rows("open_requests", fraise="shop", environment="production")
    assert [(row["identifier"], row["status"]) for row in found] == [
        ("req_00001", "processing"),
        ("req_00002", "pending"),
    ]


@pytest.mark.parametrize(
    ("status", "options", "held_then"),
    [
        ("success", {"hold": False}, False),
        ("success", {}, True),
        ("rolled_back", {"hold": False}, True),
    ],
)
def test_only_a_success_may_say_that_it_need_not_hold(lanes, status, options, held_then):
    asked = lanes.ask(kind="rollback", options=options)
    deployment = lanes.start(lanes.claim(request=asked["id"]))
    lanes.complete(deployment, status, hold_reason="by hand")
    lane = lanes.row("lane", fraise="shop", environment="production")
    assert (lane["hold_since"] is not None) == held_then


def by_hand(lanes, deployment):
    return lanes.call(
        "fn_complete_by_hand", deployment=deployment["pk_deployment"], by="bob", reason="it answers"
    )


def test_a_verdict_is_a_new_row_and_the_old_one_stays(lanes):
    deployment = lanes.started()
    failed = lanes.complete(deployment, "rollback_failed", lane_status="down", hold_reason="failed")
    completed = by_hand(lanes, failed)
    assert (completed["identifier"], completed["status"]) == ("dep_00002", "success")
    assert (completed["new_version"], completed["requested_by"]) == ("v2", "bob")
    assert '"completes":"dep_00001"' in completed["details"]
    assert lanes.row("deployment", deployment="dep_00001") == failed
    state = lanes.row("state", fraise="shop", environment="production")
    assert (state["current_version"], state["status"], state["hold_since"]) == ("v2", "healthy", None)
    [event] = lanes.sql("SELECT * FROM tb_event WHERE type = 'deployment.completed_by_hand'")
    assert (event["actor"], event["deployment"]) == ("bob", "dep_00002")


def test_no_verdict_on_a_success_or_in_a_busy_lane(lanes):
    assert by_hand(lanes, lanes.complete(lanes.started())) is None
    failed = lanes.complete(lanes.started(), "failed")
    lanes.started()
    assert by_hand(lanes, failed) is None


def test_an_adopted_fence_gets_a_higher_token_than_it_has_seen(lanes):
    lane = {"fraise": "shop", "environment": "production"}
    seen = lanes.clock.now * 1000 + 10**9
    adopted = lanes.call("fn_adopt_fence", **lane, seen=int(seen), owner="them", by="bob")
    assert adopted["token"] > seen
    lanes.ask()
    assert lanes.claim()["token"] > adopted["token"]


def test_no_fence_is_adopted_in_a_busy_lane(lanes):
    lanes.started()
    lane = {"fraise": "shop", "environment": "production"}
    assert lanes.call("fn_adopt_fence", **lane, seen=1, owner="them", by="bob") is None


def test_an_observer_lives_as_long_as_it_says_so(lanes):
    me = {"identifier": "here:1", "machine": "m", "host": "here", "pid": 1}
    lanes.call("fn_observe", **me)
    lanes.clock.pass_seconds(20)
    lanes.call("fn_observe", **me)
    lanes.clock.pass_seconds(20)
    assert [row["pid"] for row in lanes.rows("observers", seconds=30, machine="m")] == [1]
    assert lanes.rows("observers", seconds=30, machine="other") == []
    lanes.clock.pass_seconds(11)
    assert lanes.rows("observers", seconds=30) == []


def test_an_observer_that_stops_or_whose_machine_restarts_is_gone(lanes):
    me = {"identifier": "here:1", "machine": "m", "host": "here", "pid": 1}
    lanes.call("fn_observe", **me)
    assert lanes.call("fn_stop_observing", identifier="here:1") is not None
    assert lanes.rows("observers") == []
    lanes.call("fn_observe", **me)
    lanes.clock.restart_machine()
    assert lanes.rows("observers") == []


def test_every_operation_is_listed_with_who_and_from_where(lanes):
    lanes.call("fn_hold", fraise="shop", environment="production", by="ada", reason="sale", asked_from="a")
    lanes.call("fn_unhold", fraise="shop", environment="production", by="ada", asked_from="a")
    deployment = lanes.start(lanes.claim(request=lanes.ask(requested_by="eve", requested_from="b")["id"]))
    lanes.call("fn_break_lock", fraise="shop", environment="production", by="bob", reason="gone")
    lanes.complete(lanes.take_over("c"), "failed", error_message="broken")
    assert lanes.complete(deployment) is None
    listed = [(row["who"], row["what"], row["requested_from"]) for row in lanes.rows("audit")]
    assert listed == [
        ("eve", "deployment.failed", "b"),
        ("c", "deployment.taken_over", None),
        ("bob", "lock.broken", None),
        ("eve", "deployment.started", "b"),
        ("eve", "request.made", "b"),
        ("ada", "lane.unheld", "a"),
        ("ada", "lane.held", "a"),
    ]
    newest = lanes.rows("audit", fraise="shop", environment="production", limit=1)[0]
    assert (newest["result"], newest["reason"], newest["deployment_id"]) == ("failed", "broken", "dep_00001")
    assert lanes.rows("audit", fraise="other") == []


def test_a_superseded_request_is_an_event(lanes):
    lanes.ask(trigger="webhook", requested_by="eve")
    lanes.ask(trigger="webhook", requested_by="ada")
    [event] = lanes.sql("SELECT * FROM tb_event WHERE type = 'request.superseded'")
    assert event["actor"] == "eve"
    assert "req_00002" in event["data"]


def test_a_rollback_on_the_way_is_not_told_twice(lanes):
    """Turning back by itself and being cancelled later keeps the first reason."""
    deployment = lanes.started()
    lanes.call("fn_turn_back", **about(deployment), reason="unhealthy")
    cancel(lanes, "req_00001")
    assert lanes.row("deployment", deployment="dep_00001")["back_reason"] == "unhealthy"


EAGER = {"options": {"on_new_push": "cancel"}, "requested_by": "octocat"}


def test_a_newer_push_cancels_the_push_that_is_deployed_when_its_lane_says_so(lanes):
    running = lanes.started(trigger="webhook")
    lanes.ask(trigger="webhook", git_commit="v3")
    assert lanes.call("fn_renew_lease", **held(running))["cancel_requested_by"] is None
    newer = lanes.ask(trigger="webhook", git_commit="v4", **EAGER)
    beat = lanes.call("fn_renew_lease", **held(running))
    assert (beat["cancel_requested_by"], beat["cancel_reason"]) == ("octocat", "req_00003 is newer")
    lanes.complete(running, "cancelled")
    assert lanes.claim()["id"] == newer["id"]
    [event] = lanes.sql("SELECT * FROM tb_event WHERE type = 'deployment.cancel_requested'")
    assert (event["deployment"], event["actor"]) == ("dep_00001", "octocat")


def test_a_newer_push_cancels_one_that_has_not_begun(lanes):
    lanes.ask(trigger="webhook")
    claimed = lanes.claim()
    lanes.ask(trigger="webhook", git_commit="v3", **EAGER)
    assert lanes.call("fn_renew_lease", **held(claimed))["cancel_reason"] == "req_00002 is newer"


@pytest.mark.parametrize(
    ("running", "commit"),
    [
        ({"trigger": "manual"}, "v3"),
        ({"trigger": "webhook", "new_version": "v3"}, "v3"),
        ({"trigger": "webhook", "fraise": "other"}, "v3"),
    ],
)
def test_a_push_cancels_neither_people_nor_its_own_commit_nor_other_lanes(lanes, running, commit):
    deployment = lanes.started(**running)
    lanes.ask(trigger="webhook", git_commit=commit, **EAGER)
    assert lanes.call("fn_renew_lease", **held(deployment))["cancel_requested_by"] is None


def test_what_a_person_asks_for_cancels_nothing(lanes):
    deployment = lanes.started(trigger="webhook")
    lanes.ask(trigger="manual", **EAGER)
    assert lanes.call("fn_renew_lease", **held(deployment))["cancel_requested_by"] is None


def test_several_ends_are_written_together_or_not_at_all(lanes):
    both = [lanes.started(fraise) for fraise in ("web", "api")]
    ends = [{**about(one), "status": "success", "current_version": "v2"} for one in both]
    lost = {**ends[1], "token": ends[1]["token"] - 1}
    before = lanes.sql("SELECT * FROM tb_deployment"), lanes.sql("SELECT * FROM tb_event")
    assert lanes.database.call_all("fn_complete_deployment", [ends[0], lost]) is None
    assert (lanes.sql("SELECT * FROM tb_deployment"), lanes.sql("SELECT * FROM tb_event")) == before
    ended = lanes.database.call_all("fn_complete_deployment", ends)
    assert [(row["fraise"], row["status"]) for row in ended] == [("web", "success"), ("api", "success")]
    assert lanes.rows("locks") == []
