"""`fraisier complete`: a verdict by hand."""

import pytest

from tests.support.running import reached, running, why
from tests.support.steering import live_and_then_building


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
