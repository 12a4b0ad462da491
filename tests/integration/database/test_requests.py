import pytest

from fraisier.errors import DatabaseError
from tests.support.lanes import held


@pytest.mark.feature("DB-11", "DB-17", "DB-29", "DB-30")
def test_a_request_is_kept_with_all_that_was_asked(lanes):
    asked = lanes.ask(
        kind="rollback",
        requested_by="ada",
        git_branch="main",
        git_commit="abc",
        options={"version": "v1"},
        target_provider="bare_metal",
        target_config={"host": "web1"},
    )
    assert asked["identifier"] == "req_00001"
    kept = lanes.sql(
        "SELECT fraise, environment, requested_at, requested_by, trigger_type, status, git_branch, git_commit,"
        " target_provider, target_config, options, kind FROM tb_deployment_request"
    )
    assert kept == [
        {
            "fraise": "shop",
            "environment": "production",
            "requested_at": asked["requested_at"],
            "requested_by": "ada",
            "trigger_type": "manual",
            "status": "pending",
            "git_branch": "main",
            "git_commit": "abc",
            "target_provider": "bare_metal",
            "target_config": '{"host": "web1"}',
            "options": '{"version": "v1"}',
            "kind": "rollback",
        }
    ]


@pytest.mark.feature("DB-21")
@pytest.mark.parametrize("trigger", ["webhook", "manual", "scheduled", "api"])
def test_who_triggers(lanes, trigger):
    assert lanes.ask(trigger=trigger)["triggered_by"] == trigger


@pytest.mark.feature("DB-21")
def test_nobody_else_triggers(lanes):
    with pytest.raises(DatabaseError, match="trigger_type"):
        lanes.ask(trigger="cron")


def test_a_row_is_found_by_any_of_its_three_keys(lanes):
    asked = lanes.ask()
    for key in ("pk_deployment_request", "id", "identifier"):
        assert lanes.row("request", ref=asked[key])["id"] == asked["id"]
    assert lanes.row("request", ref="req_00002") is None


def test_newer_replaces_older_of_its_own_class_in_its_own_lane(lanes):
    push, person = lanes.ask(trigger="webhook"), lanes.ask(trigger="manual")
    elsewhere = lanes.ask("other", trigger="webhook")
    newer_push = lanes.ask(trigger="scheduled")
    assert [row["pk_deployment_request"] for row in lanes.rows("pending_requests")] == [
        person["pk_deployment_request"],
        elsewhere["pk_deployment_request"],
        newer_push["pk_deployment_request"],
    ]
    replaced = lanes.row("request", ref=push["id"])
    assert (replaced["status"], replaced["reason"]) == ("superseded", "superseded by req_00004")
    assert replaced["ended_at"]
    lanes.ask(trigger="api")
    assert lanes.row("request", ref=person["id"])["status"] == "superseded"


def test_what_was_claimed_is_not_replaced(lanes):
    lanes.ask()
    claimed = lanes.claim()
    lanes.ask()
    assert lanes.row("request", ref=claimed["id"])["status"] == "processing"


def test_a_waiting_request_can_be_cancelled_once(lanes):
    asked = lanes.ask()
    cancelled = lanes.call("fn_cancel_request", request=asked["identifier"], by="ada")
    assert (cancelled["status"], cancelled["reason"]) == ("cancelled", "cancelled by ada")
    assert lanes.call("fn_cancel_request", request=asked["identifier"], by="ada") is None
    assert lanes.claim() is None
    [event] = lanes.sql("SELECT type, actor FROM tb_event WHERE type <> 'request.made'")
    assert event == {"type": "request.cancelled", "actor": "ada"}


def test_a_claimed_request_cannot_be_cancelled(lanes):
    asked = lanes.ask()
    lanes.claim()
    assert lanes.call("fn_cancel_request", request=asked["id"], by="ada") is None


def test_a_request_that_needs_no_deployment_ends_and_frees_the_lane(lanes):
    lanes.ask()
    claimed = lanes.claim()
    ended = lanes.call(
        "fn_finish_request",
        request=claimed["pk_deployment_request"],
        **held(claimed),
        status="completed",
        reason="up to date",
    )
    assert (ended["status"], ended["reason"]) == ("completed", "up to date")
    assert lanes.rows("locks") == []
    assert lanes.start(claimed) is None


def test_a_released_request_waits_again(lanes):
    lanes.ask()
    claimed = lanes.claim()
    request = {"request": claimed["pk_deployment_request"], **held(claimed)}
    assert lanes.call("fn_release_request", **request)["status"] == "pending"
    assert lanes.rows("locks") == []
    again = lanes.claim()
    assert again["id"] == claimed["id"]
    assert again["token"] > claimed["token"]
    assert lanes.call("fn_release_request", **request) is None


def test_a_released_request_gives_way_to_a_newer_one(lanes):
    lanes.ask()
    claimed = lanes.claim()
    newer = lanes.ask()
    released = lanes.call("fn_release_request", request=claimed["pk_deployment_request"], **held(claimed))
    assert released["status"] == "superseded"
    assert lanes.claim()["id"] == newer["id"]


PUSH = {"trigger": "webhook", "git_commit": "a" * 40}


def retried(lanes, claimed, **more):
    return lanes.call(
        "fn_retry_request",
        request=claimed["pk_deployment_request"],
        **held(claimed),
        **{"reason": "no route", "delay": 5.0, "most": 3} | more,
    )


@pytest.mark.feature("HOOK-11")
def test_a_push_that_could_not_begin_is_tried_again_after_a_while(lanes):
    lanes.ask(**PUSH)
    for tried in (1, 2):
        claimed = lanes.claim()
        assert claimed["attempts"] == tried - 1
        again = retried(lanes, claimed)
        assert (again["status"], again["reason"]) == ("pending", f"try {tried} of 3 failed: no route")
        assert lanes.rows("locks") == []
        assert lanes.claim() is None
        lanes.clock.pass_seconds(4.9)
        assert lanes.claim() is None
        lanes.clock.pass_seconds(0.2)
    claimed = lanes.claim()
    assert retried(lanes, claimed) is None
    assert lanes.row("request", ref=1)["status"] == "processing"


def test_another_start_of_the_machine_does_not_wait_for_the_old_ones_clock(lanes):
    lanes.ask(**PUSH)
    retried(lanes, lanes.claim(), delay=3600.0)
    lanes.clock.restart_machine()
    assert lanes.claim() is not None


def test_a_newer_push_takes_the_place_of_one_that_waits_for_its_next_try(lanes):
    lanes.ask(**PUSH)
    claimed = lanes.claim()
    lanes.ask(**PUSH)
    assert retried(lanes, claimed)["status"] == "superseded"
    assert lanes.claim()["identifier"] == "req_00002"


def test_a_persons_request_is_not_tried_again_and_nobody_else_s_either(lanes):
    lanes.ask()
    claimed = lanes.claim()
    assert retried(lanes, claimed) is None
    lanes.ask("blog", **PUSH)
    other = lanes.claim()
    assert retried(lanes, {**other, "token": other["token"] - 1}) is None


def test_which_commits_a_lane_has_heard_of(lanes):
    lanes.ask(**PUSH)
    asked = lanes.ask(**PUSH | {"git_commit": "b" * 40})

    def known(commit, **more):
        about = {"lane": asked["fk_lane"], "request": asked["pk_deployment_request"]}
        return lanes.row("known_commit", **about | more, commit=commit) is not None

    assert (known("a" * 40), known("b" * 40), known("c" * 40)) == (True, False, False)
    assert not known("a" * 40, lane=99)
    claimed = lanes.claim()
    lanes.start(claimed, new_version="d" * 40)
    assert not known("d" * 40)
    assert known("d" * 40, request=99)
