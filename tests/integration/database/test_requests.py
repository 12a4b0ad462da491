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
