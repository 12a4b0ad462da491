"""The SQL of the documents, typed into another program that opens the file."""

import pytest

from tests.support.lanes import about


@pytest.fixture
def history(lanes):
    """A first deployment, one that went back, and one that runs."""
    lanes.complete(
        lanes.started(old_version=None, new_version="v1"), current_version="v1", lane_status="healthy"
    )
    lanes.clock.pass_seconds(1)
    failed = lanes.started(trigger="webhook")
    lanes.clock.pass_seconds(3)
    lanes.complete(failed, "rolled_back", error_message="sick", lane_status="healthy")
    lanes.clock.pass_seconds(1)
    lanes.started()
    return lanes


@pytest.mark.feature("DB-06")
def test_the_operator_guides_list(history):
    rows = history.sql("""
        SELECT id, fraise, environment, status, old_version, new_version,
               started_at, completed_at, duration_seconds, error_message
        FROM tb_deployment
        ORDER BY started_at DESC
        LIMIT 10;
    """)
    assert [(row["status"], row["old_version"], row["new_version"]) for row in rows] == [
        ("in_progress", "v1", "v2"),
        ("rolled_back", "v1", "v2"),
        ("success", None, "v1"),
    ]


@pytest.mark.feature("DB-13", "DB-22", "DB-33")
def test_v_fraise_status(history):
    [row] = history.sql("SELECT * FROM v_fraise_status;")
    assert row["last_deployed"] > row["last_deployed_at"]
    expected = {
        "fraise": "shop",
        "fraise_id": "shop",
        "environment": "production",
        "current_version": "v1",
        "status": "healthy",
        "deployment_status": "in_progress",
        "target_provider": "bare_metal",
        "last_deploy_duration": None,
        "last_git_commit": "v2",
    }
    assert {name: row[name] for name in expected} == expected


@pytest.mark.feature("DB-22")
def test_a_lane_is_healthy_degraded_down_or_unknown(lanes):
    for status in ("healthy", "degraded", "down", "unknown"):
        state = lanes.call("fn_update_fraise_state", fraise="shop", environment="production", status=status)
        assert state["status"] == status
    with pytest.raises(Exception, match="CHECK"):
        lanes.sql("UPDATE tb_fraise_state SET status = 'fine'")


@pytest.mark.feature("DB-14", "DB-34")
def test_v_deployment_history(history):
    newest, back, first = history.sql("SELECT * FROM v_deployment_history;")
    assert newest["status"] == "in_progress"
    expected = {
        "fraise": "shop",
        "fraise_id": "shop",
        "environment": "production",
        "duration_seconds": 3.0,
        "version_change": "v1 → v2",
        "status": "rolled_back",
        "target_provider": "bare_metal",
        "git_commit": "v2",
        "error_message": "sick",
    }
    assert {name: back[name] for name in expected} == expected
    assert back["id"]
    assert back["started_at"] < back["completed_at"]
    assert first["version_change"] == "— → v1"


@pytest.mark.feature("DB-15", "DB-35")
def test_v_deployment_stats(history):
    day = history.clock.now
    history.clock.now = day - 31 * 86400
    old = history.started("other")
    history.clock.now = day
    history.complete(old)
    [row] = history.sql("SELECT * FROM v_deployment_stats")
    assert (row["fraise"], row["environment"]) == ("shop", "production")
    assert (row["total"], row["successful"], row["failed"], row["rolled_back"]) == (3, 1, 0, 1)
    assert (row["avg_duration"], row["success_rate"]) == (1.5, 33.3)


@pytest.mark.feature("DB-07", "DB-36")
def test_the_quick_references_deployments(history):
    history.complete(history.started("other"), "failed")
    rows = history.sql("SELECT * FROM tb_deployments ORDER BY id")
    assert list(rows[0]) == [
        "id",
        "fraise_id",
        "environment",
        "status",
        "started_at",
        "completed_at",
        "error_message",
    ]
    assert [(row["id"], row["status"]) for row in rows] == [
        ("dep_00001", "success"),
        ("dep_00002", "failed"),
        ("dep_00003", "running"),
        ("dep_00004", "failed"),
    ]


@pytest.mark.feature("DB-10", "DB-36")
def test_the_quick_references_webhooks(lanes):
    lanes.call("fn_process_webhook", provider="github", event_type="push", branch="main", commit_sha="abc")
    [row] = lanes.sql("SELECT * FROM tb_webhook_events")
    assert row.pop("received_at")
    assert row == {
        "id": "hook_00001",
        "provider": "github",
        "event_type": "push",
        "branch": "main",
        "commit_sha": "abc",
    }


@pytest.mark.feature("DB-12")
def test_deleting_the_lock_stops_its_holder(history):
    [lock] = history.sql("SELECT * FROM tb_deployment_lock;")
    deployment = history.row("deployment", deployment=lock["fk_deployment"])
    history.sql("DELETE FROM tb_deployment_lock WHERE fraise = 'shop' AND environment = 'production';")
    assert history.call("fn_renew_lease", lane=lock["fk_lane"], token=lock["token"]) is None
    assert history.complete(deployment) is None
    assert history.take_over()["id"] == deployment["id"]


@pytest.mark.feature("DB-26")
def test_old_deployments_can_be_deleted_with_all_that_belongs_to_them(lanes):
    today = lanes.clock.now
    lanes.clock.now = today - 100 * 86400
    lanes.push(
        provider="github",
        event_type="push",
        requests=[{"fraise": "shop", "environment": "production"}],
    )
    old = lanes.start(lanes.claim())
    lanes.call("fn_record_step", **about(old), ordinal=0, phase="apply", status="done")
    lanes.complete(old, current_version="v2")
    running = lanes.started("other")
    lanes.clock.now = today
    recent = lanes.started()
    lanes.complete(recent, current_version="v2")
    events = lanes.sql("SELECT COUNT(*) AS n FROM tb_event")
    lanes.sql("""
        DELETE FROM tb_deployment
        WHERE completed_at < datetime('now', '-90 days')
        AND status != 'in_progress';
    """)
    left = [row["id"] for row in lanes.sql("SELECT id FROM tb_deployment ORDER BY pk_deployment")]
    assert left == [running["id"], recent["id"]]
    assert lanes.sql("SELECT DISTINCT fk_deployment FROM tb_deployment_step ORDER BY 1") == [
        {"fk_deployment": 2},
        {"fk_deployment": 3},
    ]
    assert lanes.sql("SELECT fk_deployment, processed FROM tb_webhook_event") == [
        {"fk_deployment": None, "processed": 1}
    ]
    assert lanes.sql("SELECT COUNT(*) AS n FROM tb_event") == events
    assert lanes.sql("PRAGMA foreign_key_check") == []
    assert lanes.started("third")["identifier"] == "dep_00004"
    lanes.sql("ANALYZE;")


@pytest.mark.feature("DB-26")
def test_vacuum_keeps_everything(history):
    import sqlite3

    before = history.rows("recent_deployments")
    connection = sqlite3.connect(history.path, isolation_level=None)
    connection.execute("VACUUM")
    connection.close()
    assert history.rows("recent_deployments") == before


def test_deleting_a_running_deployment_frees_its_lane(history):
    history.sql("DELETE FROM tb_deployment")
    assert history.rows("locks") == []
    assert history.ask()
    assert history.claim()
