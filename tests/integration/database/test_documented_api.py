"""The methods the architecture names, as a Python program uses them."""

import pytest

from fraisier.database import Database
from fraisier.errors import DatabaseError


@pytest.fixture
def database(tmp_path):
    with Database(tmp_path / "fraisier.db") as opened:
        yield opened


@pytest.mark.feature("DB-24")
def test_deployments_and_their_stats(database):
    assert database.get_recent_deployments() == []
    assert database.get_deployment_stats()["total"] == 0
    assert not database.exists
    recorded = database.record_deployment(
        "shop",
        "production",
        status="success",
        old_version="v1",
        new_version="v2",
        triggered_by="webhook",
        started_at="2020-01-01T00:00:00Z",
        completed_at="2020-01-01T00:01:30Z",
        details={"from": "elsewhere"},
    )
    assert (recorded["duration_seconds"], recorded["details"]) == (90.0, '{"from": "elsewhere"}')
    for fraise, status in (("shop", "failed"), ("shop", "success"), ("other", "rollback_failed")):
        database.record_deployment(fraise, "production", status=status, duration_seconds=2.0)
    rows = database.get_recent_deployments(limit=2, fraise="shop")
    assert [(row["identifier"], row["status"]) for row in rows] == [
        ("dep_00003", "success"),
        ("dep_00002", "failed"),
    ]
    assert len(database.get_recent_deployments(environment="production")) == 4
    assert database.get_recent_deployments(environment="staging") == []
    assert database.get_deployment_stats("shop", days=7) == {
        "total": 2,
        "successful": 1,
        "failed": 1,
        "rolled_back": 0,
        "avg_duration": 2.0,
        "success_rate": 50.0,
    }
    assert database.get_deployment_stats()["rolled_back"] == 1
    assert [row["fraise"] for row in database.rows("deployment_stats", days=7)] == ["other", "shop"]


@pytest.mark.feature("DB-24")
def test_only_what_has_ended_can_be_recorded(database):
    with pytest.raises(DatabaseError, match="'in_progress' cannot be recorded"):
        database.record_deployment("shop", "production", status="in_progress")
    assert database.get_recent_deployments() == []
    assert database.row("lane", fraise="shop", environment="production") is None


@pytest.mark.feature("DB-24")
def test_webhooks(database):
    event = database.record_webhook_event("github", "push", delivery_id="1", branch="main", sender="ada")
    assert database.record_webhook_event("github", "push", delivery_id="1")["id"] == event["id"]
    database.record_webhook_event("gitlab", "tag_push")
    assert [row["provider"] for row in database.get_recent_webhooks()] == ["gitlab", "github"]
    assert [row["event_type"] for row in database.get_recent_webhooks(limit=1)] == ["tag_push"]


@pytest.mark.feature("DB-24")
def test_the_state_of_a_fraise(database):
    lane = ("shop", "production")
    assert (
        database.update_fraise_state(*lane, current_version="v1", status="healthy")["current_version"] == "v1"
    )
    kept = database.update_fraise_state(*lane, status="degraded", last_deployed_by="ada")
    assert (kept["current_version"], kept["status"], kept["last_deployed_by"]) == ("v1", "degraded", "ada")
    assert database.update_fraise_state(*lane, current_version=None)["current_version"] is None
    assert [row["status"] for row in database.rows("states")] == ["degraded"]
