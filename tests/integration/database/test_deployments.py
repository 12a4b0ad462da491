import json

import pytest

from tests.support.lanes import about


@pytest.mark.feature("DB-06", "DB-23", "DB-28")
def test_a_deployment_is_kept_from_its_start_to_its_end(lanes):
    deployment = lanes.started(git_branch="main")
    assert deployment["identifier"] == "dep_00001"
    assert (deployment["status"], deployment["direction"]) == ("in_progress", "forward")
    assert json.loads(deployment["plan"]) == {"steps": 2}
    assert json.loads(deployment["config_snapshot"]) == {"branch": "main"}
    lanes.clock.pass_seconds(12.5)
    lanes.complete(
        deployment,
        "rolled_back",
        error_code="unhealthy",
        error_message="It did not answer.",
        error_hint="Look at it.",
        error_exit_code=1,
        not_undone=[{"step": "migrate", "what": "a column", "how": "drop it"}],
        details={"warnings": []},
    )
    [row] = lanes.sql(
        "SELECT id, fk_request, fraise, environment, job, started_at, completed_at, duration_seconds, old_version,"
        " new_version, status, triggered_by, target_provider, git_commit, git_branch, error_message, details"
        " FROM tb_deployment"
    )
    assert row == {
        "id": deployment["id"],
        "fk_request": 1,
        "fraise": "shop",
        "environment": "production",
        "job": "",
        "started_at": deployment["started_at"],
        "completed_at": row["completed_at"],
        "duration_seconds": 12.5,
        "old_version": "v1",
        "new_version": "v2",
        "status": "rolled_back",
        "triggered_by": "manual",
        "target_provider": "bare_metal",
        "git_commit": "v2",
        "git_branch": "main",
        "error_message": "It did not answer.",
        "details": '{"warnings": []}',
    }
    kept = lanes.row("deployment", deployment="dep_00001")
    assert (kept["error_code"], kept["error_hint"], kept["error_exit_code"]) == (
        "unhealthy",
        "Look at it.",
        1,
    )
    assert json.loads(kept["not_undone"])[0]["step"] == "migrate"
    assert kept["requested_by"] == "ada"
    for key in ("pk_deployment", "id"):
        assert lanes.row("deployment", deployment=kept[key])["identifier"] == "dep_00001"


def test_the_journal_tells_how_far_each_step_came(lanes):
    deployment = lanes.started()
    assert [(row["kind"], row["version"], row["position"], row["status"]) for row in journal(lanes)] == [
        ("fetch", 1, "before", "pending"),
        ("switch", 2, "switch", "pending"),
    ]
    step = {**about(deployment), "ordinal": 0}
    lanes.call("fn_record_step", **step, phase="apply", status="running")
    lanes.clock.pass_seconds(2)
    lanes.call("fn_record_step", **step, phase="apply", status="done", note="as it was", output="cloned")
    first = journal(lanes)[0]
    assert (first["status"], first["attempts"], first["duration_seconds"]) == ("done", 1, 2.0)
    lanes.call("fn_record_step", **step, phase="undo", status="running")
    assert journal(lanes)[0]["ended_at"] is None
    lanes.call("fn_record_step", **step, phase="undo", status="undo_failed", error="no disk")
    first = journal(lanes)[0]
    assert (first["phase"], first["status"], first["attempts"]) == ("undo", "undo_failed", 2)
    assert (first["note"], first["error"], first["output"]) == ("as it was", "no disk", "cloned")
    assert lanes.call("fn_record_step", **{**step, "ordinal": 9}, phase="apply", status="done") is None


def journal(lanes):
    return lanes.rows("steps", deployment="dep_00001")


def test_the_direction_turns_once(lanes):
    deployment = lanes.started()
    assert lanes.call("fn_turn_back", **about(deployment), reason="sick")["direction"] == "back"
    assert lanes.call("fn_turn_back", **about(deployment), reason="other")["back_reason"] == "sick"
    with pytest.raises(Exception, match="never goes forward again"):
        lanes.sql("UPDATE tb_deployment SET direction = 'forward'")


@pytest.mark.feature("DB-08", "DB-31")
def test_the_state_says_what_runs(lanes):
    deployment = lanes.started()
    [state] = lanes.sql("SELECT current_version, status, last_deployed_at FROM tb_fraise_state")
    assert state == {"current_version": None, "status": "unknown", "last_deployed_at": None}
    lanes.complete(deployment, current_version="v2", lane_status="healthy")
    [state] = lanes.sql(
        "SELECT fraise, environment, job, current_version, last_deployed_at, last_deployed_by, status,"
        " target_provider FROM tb_fraise_state"
    )
    assert state.pop("last_deployed_at")
    assert state == {
        "fraise": "shop",
        "environment": "production",
        "job": "",
        "current_version": "v2",
        "last_deployed_by": "ada",
        "status": "healthy",
        "target_provider": "bare_metal",
    }


def test_a_failure_changes_the_reported_version_only_when_told(lanes):
    lanes.complete(lanes.started(), current_version="v2", lane_status="healthy")
    before = lanes.row("state", fraise="shop", environment="production")
    lanes.complete(lanes.started(), "failed")
    after = lanes.row("state", fraise="shop", environment="production")
    assert (after["current_version"], after["status"]) == ("v2", "healthy")
    assert after["last_deployed_at"] == before["last_deployed_at"]
    lanes.complete(lanes.started(), "rollback_failed", current_version=None, lane_status="down")
    after = lanes.row("state", fraise="shop", environment="production")
    assert (after["current_version"], after["status"]) == (None, "down")


@pytest.mark.feature("DB-20")
@pytest.mark.parametrize(
    ("status", "request_status", "events"),
    [
        ("success", "completed", ["succeeded"]),
        ("failed", "failed", ["failed"]),
        ("rolled_back", "failed", ["failed", "rolled_back"]),
        ("rollback_failed", "failed", ["failed", "rollback_failed"]),
        ("cancelled", "cancelled", ["cancelled"]),
    ],
)
def test_an_end_is_the_same_everywhere(lanes, status, request_status, events):
    deployment = lanes.started()
    assert lanes.complete(deployment, status)["status"] == status
    request = lanes.row("request", ref=deployment["fk_request"])
    assert (request["status"], request["deployment_id"]) == (request_status, "dep_00001")
    assert lanes.row("deployment_of_request", request=deployment["fk_request"])["status"] == status
    types = lanes.sql("SELECT type, deployment FROM tb_event WHERE deployment IS NOT NULL ORDER BY pk_event")
    assert types == [
        {"type": f"deployment.{what}", "deployment": "dep_00001"} for what in ("started", *events)
    ]
    assert lanes.rows("locks") == []
    assert lanes.complete(deployment, "failed") is None


@pytest.mark.feature("DB-25")
def test_a_finished_row_is_never_updated(lanes):
    lanes.complete(lanes.started())
    with pytest.raises(Exception, match="never updated"):
        lanes.sql("UPDATE tb_deployment SET error_message = 'later'")


def test_events_are_only_appended_and_numbered_once(lanes):
    written = lanes.call("fn_record_event", type="x", data={"a": 1})
    for change in ("seq = 6", "pk_event = 6", "type = 'y'", "data = '{}'"):
        with pytest.raises(Exception, match=r"never changed|generated column"):
            lanes.sql(f"UPDATE tb_event SET {change}")
    [kept] = lanes.sql("SELECT seq, data, id FROM tb_event")
    assert kept == {"seq": 1, "data": '{"a": 1}', "id": written["id"]}


def test_a_hold_begins_and_ends_with_deployments(lanes):
    lanes.complete(lanes.started(trigger="webhook"), "failed", hold_reason="dep_00001 failed")
    lane = lanes.row("lane", fraise="shop", environment="production")
    assert (lane["hold_reason"], lane["hold_by"]) == ("dep_00001 failed", "fraisier")
    [event] = lanes.sql("SELECT deployment FROM tb_event WHERE type = 'lane.held'")
    assert event["deployment"] == "dep_00001"
    lanes.complete(lanes.started(trigger="manual"), "failed")
    assert lanes.row("lane", fraise="shop", environment="production")["hold_since"]
    lanes.complete(lanes.started(trigger="manual"))
    assert lanes.row("lane", fraise="shop", environment="production")["hold_since"] is None
    lanes.complete(lanes.started(kind="rollback"), hold_reason="by hand")
    lane = lanes.row("lane", fraise="shop", environment="production")
    assert (lane["hold_reason"], lane["hold_by"]) == ("by hand", "ada")


def test_totals_and_buckets_only_grow(lanes):
    for seconds, status in ((4, "success"), (900.5, "rolled_back")):
        deployment = lanes.started()
        lanes.clock.pass_seconds(seconds)
        lanes.complete(deployment, status)
    lanes.sql("DELETE FROM tb_deployment")
    counted = {}
    for row in lanes.sql("SELECT * FROM tb_counter"):
        labels = json.loads(row["labels"])
        assert list(labels) == sorted(labels)
        counted[row["name"], labels.get("status") or labels.get("le")] = row["value"]
    assert counted["fraisier_deployments_total", "success"] == 1
    assert counted["fraisier_deployments_total", "rolled_back"] == 1
    assert counted["fraisier_deployment_errors_total", None] == 1
    name = "fraisier_deployment_duration_seconds"
    assert [counted[f"{name}_bucket", le] for le in ("1", "5", "600", "900", "1800", "+Inf")] == [
        0,
        1,
        1,
        1,
        2,
        2,
    ]
    assert (counted[f"{name}_sum", None], counted[f"{name}_count", None]) == (904.5, 2)


@pytest.mark.feature("DB-19")
def test_jobs_of_one_environment_are_lanes_of_their_own(lanes):
    for job in ("", "nightly"):
        lanes.ask(job=job)
        lanes.complete(lanes.start(lanes.claim()), current_version=f"v-{job}")
    states = {row["job"]: row["current_version"] for row in lanes.sql("SELECT * FROM tb_fraise_state")}
    assert states == {"": "v-", "nightly": "v-nightly"}
    with pytest.raises(Exception, match="UNIQUE"):
        lanes.sql(
            "INSERT INTO tb_fraise_state (fraise, environment, job) VALUES ('shop', 'production', 'nightly')"
        )
    assert (
        lanes.row("last_deployment", fraise="shop", environment="production", job="nightly")["job"]
        == "nightly"
    )


def test_what_a_lane_can_return_to(lanes):
    for version, status in (("a", "success"), ("b", "success"), ("c", "failed"), ("a", "success")):
        lanes.complete(lanes.started(new_version=version), status)
        lanes.clock.pass_seconds(1)
    lane = {"fraise": "shop", "environment": "production"}
    assert [row["new_version"] for row in lanes.rows("successes", **lane, limit=2)] == ["a", "b"]
    assert [row["version"] for row in lanes.rows("known_versions", **lane)] == ["a", "b"]
    assert lanes.row("last_deployment", **lane)["identifier"] == "dep_00004"
