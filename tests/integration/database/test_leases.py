import pytest

from fraisier.errors import DatabaseError
from tests.support.lanes import about, held


@pytest.mark.feature("DB-12")
def test_a_claim_takes_the_lane_and_the_lock_table_is_empty_when_idle(lanes):
    assert lanes.claim() is None
    asked = lanes.ask()
    assert lanes.sql("SELECT * FROM tb_deployment_lock") == []
    claimed = lanes.claim("host:1", holder_pid=7, holder_host="host")
    assert claimed["id"] == asked["id"]
    assert claimed["status"] == "processing"
    assert claimed["token"] == int(lanes.clock.now * 1000)
    [lock] = lanes.sql("SELECT * FROM tb_deployment_lock;")
    assert (lock["holder"], lock["holder_pid"], lock["holder_host"], lock["token"]) == (
        "host:1",
        7,
        "host",
        claimed["token"],
    )
    assert lock["acquired_at"] < lock["expires_at"]
    deployment = lanes.start(claimed)
    lanes.complete(deployment)
    assert lanes.sql("SELECT * FROM tb_deployment_lock;") == []


def test_a_lane_runs_one_thing_at_a_time(lanes):
    lanes.ask()
    claimed = lanes.claim()
    waiting = lanes.ask()
    assert lanes.claim("two") is None
    assert lanes.claim("two", request=waiting["identifier"]) is None
    lanes.complete(lanes.start(claimed))
    assert lanes.claim("two", request=waiting["identifier"])["id"] == waiting["id"]


def test_people_come_first_then_the_lane_that_waited_longest(lanes):
    for fraise in ("a", "b"):
        lanes.ask(fraise, "webhook")
    person = lanes.ask("c")
    assert lanes.claim()["id"] == person["id"]
    first, second = lanes.claim(), lanes.claim()
    assert (first["fraise"], second["fraise"]) == ("a", "b")
    lanes.clock.pass_seconds(1)
    for claimed in (second, first):
        lanes.call(
            "fn_finish_request", request=claimed["pk_deployment_request"], **held(claimed), status="completed"
        )
    lanes.ask("b", "webhook")
    lanes.ask("a", "webhook")
    lanes.clock.pass_seconds(1)
    one = lanes.claim()
    lanes.call("fn_finish_request", request=one["pk_deployment_request"], **held(one), status="completed")
    lanes.ask(one["fraise"], "webhook")
    assert lanes.claim()["fraise"] != one["fraise"]


def test_only_the_machine_it_runs_on_claims_a_request(lanes):
    lanes.ask(runs_on="machine-1")
    assert lanes.claim() is None
    assert lanes.claim(runs_on="machine-2") is None
    assert lanes.claim(runs_on="machine-1") is not None


def test_a_held_lane_serves_people_only(lanes):
    hold = {"fraise": "shop", "environment": "production", "by": "ada"}
    assert lanes.call("fn_hold", **hold, reason="broken")["hold_reason"] == "broken"
    push = lanes.ask(trigger="webhook")
    assert lanes.claim() is None
    assert lanes.claim(request=push["id"]) is None
    assert lanes.rows("pending_requests")[0]["held"] == 1
    person = lanes.ask(trigger="api")
    assert lanes.claim(request=person["id"]) is not None
    assert lanes.call("fn_unhold", **hold)["hold_since"] is None
    assert lanes.call("fn_unhold", **hold) is None
    types = [row["type"] for row in lanes.sql("SELECT type FROM tb_event ORDER BY pk_event")]
    assert types == ["lane.held", "request.made", "request.made", "lane.unheld"]


def test_an_unheld_lane_runs_its_newest_push(lanes):
    lanes.call("fn_hold", fraise="shop", environment="production", by="ada", reason="x")
    lanes.ask(trigger="webhook")
    newest = lanes.ask(trigger="webhook")
    lanes.call("fn_unhold", fraise="shop", environment="production", by="ada")
    assert lanes.claim()["id"] == newest["id"]


def test_a_heartbeat_keeps_the_lease(lanes):
    lanes.ask()
    claimed = lanes.claim()
    lanes.clock.pass_seconds(20)
    renewed = lanes.call("fn_renew_lease", **held(claimed), lease_seconds=30)
    assert renewed["boot_expires"] == lanes.clock.up + 30
    lanes.clock.pass_seconds(20)
    assert lanes.row("lock", lane=claimed["fk_lane"])["valid"] == 1
    lanes.clock.pass_seconds(11)
    assert lanes.row("lock", fraise="shop", environment="production")["valid"] == 0


@pytest.mark.parametrize("death", ["expired", "restarted", "deleted"])
def test_a_dead_lease_frees_the_lane_and_the_token_still_grows(lanes, death):
    lanes.ask()
    claimed = lanes.claim()
    newer = lanes.ask()
    if death == "expired":
        lanes.clock.pass_seconds(30.1)
    elif death == "restarted":
        lanes.clock.restart_machine()
    else:
        lanes.sql("DELETE FROM tb_deployment_lock WHERE fraise = 'shop'")
    lanes.clock.now -= 3600
    again = lanes.claim("two")
    assert again["id"] == newer["id"]
    assert again["token"] == claimed["token"] + 1
    assert lanes.call("fn_renew_lease", **held(claimed)) is None
    assert lanes.start(claimed) is None


@pytest.mark.parametrize("elapsed", [0, 100])
def test_wall_time_does_not_end_a_lease(lanes, elapsed):
    lanes.ask()
    claimed = lanes.claim()
    lanes.clock.now += 3600
    assert lanes.row("lock", lane=claimed["fk_lane"])["valid"] == 1
    lanes.clock.now -= 7200
    lanes.clock.up += elapsed
    assert lanes.row("lock", lane=claimed["fk_lane"])["valid"] == (0 if elapsed else 1)


def test_the_token_of_a_lane_never_shrinks(lanes):
    lanes.ask()
    lanes.claim()
    with pytest.raises(Exception, match="only grows"):
        lanes.sql("UPDATE tb_lane SET last_token = 1")


FENCED = {
    "fn_record_step": {"ordinal": 0, "phase": "apply", "status": "done"},
    "fn_turn_back": {"reason": "x"},
    "fn_park_deployment": {},
    "fn_complete_deployment": {"status": "success"},
}


@pytest.mark.parametrize("name", FENCED)
@pytest.mark.parametrize("loss", ["token", "lane", "deleted"])
def test_every_write_about_a_deployment_needs_the_lease(lanes, name, loss):
    deployment = lanes.started()
    target = about(deployment)
    if loss == "deleted":
        lanes.sql("DELETE FROM tb_deployment_lock")
    else:
        target[loss] += 1
    before = lanes.sql("SELECT * FROM tb_deployment"), lanes.sql("SELECT * FROM tb_deployment_step")
    assert lanes.call(name, **target, **FENCED[name]) is None
    assert (lanes.sql("SELECT * FROM tb_deployment"), lanes.sql("SELECT * FROM tb_deployment_step")) == before
    event = {"type": "health_check.passed", "lane": target["lane"], "token": target["token"]}
    assert lanes.call("fn_record_event", **event) is None


def test_breaking_a_lock_is_written_down(lanes):
    where = {"fraise": "shop", "environment": "production", "by": "ada", "reason": "its machine burned"}
    assert lanes.call("fn_break_lock", **where) is None
    deployment = lanes.started()
    broken = lanes.call("fn_break_lock", **where)
    assert (broken["holder"], broken["fk_deployment"]) == ("one", deployment["pk_deployment"])
    assert lanes.rows("locks") == []
    [event] = lanes.sql("SELECT * FROM tb_event WHERE type = 'lock.broken'")
    assert (event["actor"], event["deployment"]) == ("ada", "dep_00001")
    assert "its machine burned" in event["data"]
    assert lanes.complete(deployment) is None


def test_a_status_nobody_knows_is_refused(lanes):
    deployment = lanes.started()
    with pytest.raises(DatabaseError, match="breaks its rules"):
        lanes.complete(deployment, "splendid")
    assert lanes.complete(deployment) is not None
