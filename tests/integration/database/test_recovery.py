import pytest

from tests.support.lanes import about, held


def test_a_running_deployment_is_not_taken_over(lanes):
    lanes.started()
    lanes.clock.pass_seconds(29)
    assert lanes.take_over() is None


@pytest.mark.parametrize("death", ["expired", "restarted", "deleted"])
def test_a_deployment_without_an_owner_gets_a_new_one(lanes, death):
    deployment = lanes.started()
    if death == "expired":
        lanes.clock.pass_seconds(31)
    elif death == "restarted":
        lanes.clock.restart_machine()
    else:
        lanes.sql("DELETE FROM tb_deployment_lock")
    waiting = lanes.ask()
    assert lanes.claim("two") is None
    assert lanes.call("fn_return_orphans")["returned"] == 0
    taken = lanes.take_over("two", lane=deployment["fk_lane"])
    assert (taken["id"], taken["takeovers"], taken["resumed"]) == (deployment["id"], 1, 0)
    assert taken["token"] > deployment["token"]
    assert (taken["plan"], taken["config_snapshot"]) == (deployment["plan"], deployment["config_snapshot"])
    assert lanes.take_over("three") is None
    assert lanes.complete(deployment) is None
    assert lanes.complete(taken, "rolled_back") is not None
    assert lanes.claim("two")["id"] == waiting["id"]
    [event] = lanes.sql("SELECT actor, deployment FROM tb_event WHERE type = 'deployment.taken_over'")
    assert event == {"actor": "two", "deployment": "dep_00001"}


def test_only_the_asked_lane_and_machine(lanes):
    lanes.ask(runs_on="here")
    deployment = lanes.start(lanes.claim(runs_on="here"))
    lanes.clock.pass_seconds(31)
    assert lanes.take_over(lane=deployment["fk_lane"] + 1, runs_on="here") is None
    assert lanes.take_over(runs_on="there") is None
    assert lanes.take_over(runs_on="here") is not None


def test_a_parked_deployment_is_resumed_at_once_in_its_direction(lanes):
    deployment = lanes.started()
    lanes.call("fn_turn_back", **about(deployment), reason="sick")
    assert lanes.call("fn_park_deployment", **about(deployment))["parked"] == 1
    assert lanes.rows("locks") == []
    assert (
        lanes.call("fn_record_step", **about(deployment), ordinal=0, phase="undo", status="running") is None
    )
    taken = lanes.take_over()
    assert (taken["direction"], taken["takeovers"], taken["resumed"], taken["parked"]) == ("back", 0, 1, 0)


@pytest.mark.parametrize("death", ["expired", "restarted", "deleted"])
def test_a_request_whose_owner_died_before_its_deployment_waits_again(lanes, death):
    lanes.ask()
    claimed = lanes.claim()
    assert lanes.call("fn_return_orphans")["returned"] == 0
    if death == "expired":
        lanes.clock.pass_seconds(31)
    elif death == "restarted":
        lanes.clock.restart_machine()
    else:
        lanes.sql("DELETE FROM tb_deployment_lock")
    assert lanes.call("fn_return_orphans")["returned"] == 1
    assert lanes.rows("locks") == []
    assert lanes.start(claimed) is None
    again = lanes.claim("two")
    assert again["id"] == claimed["id"]
    assert held(again) != held(claimed)


def test_an_orphan_gives_way_to_a_newer_request(lanes):
    lanes.ask()
    claimed = lanes.claim()
    newer = lanes.ask()
    lanes.clock.pass_seconds(31)
    lanes.call("fn_return_orphans")
    assert lanes.row("request", ref=claimed["id"])["status"] == "superseded"
    assert lanes.claim()["id"] == newer["id"]


@pytest.mark.parametrize("became", ["running", "done", "cancelled"])
def test_an_orphan_never_overtakes_what_was_asked_for_after_it(lanes, became):
    orphan = lanes.claim(request=lanes.ask()["pk_deployment_request"])
    lanes.clock.pass_seconds(31)
    newer = lanes.ask()
    if became == "cancelled":
        lanes.call("fn_cancel_request", request=newer["identifier"], by="ada")
    else:
        deployment = lanes.start(lanes.claim("two", request=newer["pk_deployment_request"]))
        if became == "done":
            lanes.complete(deployment)
    lanes.call("fn_return_orphans")
    status = lanes.row("request", ref=orphan["identifier"])["status"]
    assert status == ("pending" if became == "cancelled" else "superseded")


def test_an_orphan_of_a_push_waits_for_what_a_person_asked_for_later(lanes):
    orphan = lanes.claim(request=lanes.ask(trigger="webhook")["pk_deployment_request"])
    lanes.clock.pass_seconds(31)
    manual = lanes.ask()
    lanes.call("fn_return_orphans")
    assert lanes.row("request", ref=orphan["identifier"])["status"] == "pending"
    assert lanes.claim("two")["identifier"] == manual["identifier"]


def test_every_takeover_is_an_entry_of_the_history(lanes):
    """The second one dies; the third ends it. Neither counts as a deployment."""
    deployment = lanes.started(git_branch="main")
    for observer in ("two", "three"):
        lanes.clock.pass_seconds(31)
        taken = lanes.take_over(observer)
    told = {"by": "three", "way": "back", "reason": "it was sick", "takeovers": 2, "parked": False}
    assert lanes.call("fn_record_recovery", **about(taken), told=told)["way"] == "back"
    lanes.clock.pass_seconds(2)
    lanes.complete(taken, "rolled_back", error_message="sick", lane_status="healthy")
    last, first, dead = lanes.rows("recent_deployments")
    assert [(row["identifier"], row["kind"], row["status"], row["reason"]) for row in (first, last)] == [
        ("rec_00001", "recovery", "superseded", "its owner died"),
        ("rec_00002", "recovery", "rolled_back", "it was sick"),
    ]
    assert (last["requested_by"], last["recovers"], last["duration_seconds"]) == ("three", "dep_00001", 2.0)
    shared = (
        "fraise",
        "environment",
        "old_version",
        "new_version",
        "git_commit",
        "git_branch",
        "triggered_by",
    )
    assert {name: last[name] for name in shared} == {name: dead[name] for name in shared}
    assert dead["identifier"] == deployment["identifier"]
    [stats] = lanes.rows("deployment_stats")
    assert (stats["total"], stats["rolled_back"]) == (1, 1)
    assert lanes.row("state", fraise="shop", environment="production")["last_deployment_id"] == "dep_00001"
    assert lanes.row("deployment", deployment="rec_00002")["identifier"] == "dep_00001"


def test_a_recovery_that_has_lost_the_lane_writes_nothing(lanes):
    lanes.started()
    lanes.clock.pass_seconds(31)
    lost = lanes.take_over("two")
    lanes.clock.pass_seconds(31)
    lanes.take_over("three")
    told = {"by": "two", "way": "back", "reason": "too late"}
    assert lanes.call("fn_record_recovery", **about(lost), told=told) is None
    assert [row["reason"] for row in lanes.rows("recoveries", deployment="dep_00001")] == [
        "its owner died"
    ] * 2


def test_who_resumes_what_was_parked_says_so(lanes):
    deployment = lanes.started()
    lanes.call("fn_park_deployment", **about(deployment))
    lanes.complete(lanes.take_over("two"))
    [recovery] = lanes.rows("recoveries", deployment="dep_00001")
    assert (recovery["reason"], recovery["recovered_by"], recovery["status"]) == (
        "it was parked",
        "two",
        "success",
    )


def test_recoveries_go_with_their_deployment(lanes):
    """The documented DELETE is typed into a program that does not enforce foreign keys."""
    lanes.started()
    lanes.clock.pass_seconds(31)
    lanes.complete(lanes.take_over())
    lanes.sql("DELETE FROM tb_deployment")
    assert lanes.sql("SELECT * FROM tb_recovery") == []
    assert lanes.rows("recent_deployments") == []


def test_a_living_owner_can_give_its_deployment_away(lanes):
    """Nobody died: it is no takeover and no recovery, and whoever does not know the token gets nothing."""
    deployment = lanes.started()
    assert lanes.take_over(given=deployment["token"] - 1) is None
    taken = lanes.take_over("guard", given=deployment["token"])
    assert (taken["resumed"], taken["takeovers"], taken["former_token"]) == (1, 0, deployment["token"])
    assert lanes.take_over("two", given=deployment["token"]) is None
    assert lanes.complete(deployment) is None
    lanes.complete(taken)
    assert [row["kind"] for row in lanes.rows("recent_deployments")] == ["deploy"]
