"""What fails after the switch goes back by itself, unless the owner wishes to look at it."""

import pytest


@pytest.fixture
def stayed(shop):
    """A good version, and a sick one that stayed."""
    shop.configure(auto_rollback_on_failure=False, health_check={"retries": 1})
    good = shop.commit()
    assert shop.deploy()["status"] == "success"
    bad = shop.commit("sick")
    return good, bad, shop.run("deploy", "shop", "production")


@pytest.mark.feature("SAFE-03")
@pytest.mark.parametrize("back", [True, None, False])
def test_auto_rollback_on_failure(shop, back):
    shop.configure(auto_rollback_on_failure=back, health_check={"retries": 1})
    good = shop.commit()
    shop.deploy()
    bad = shop.commit("sick")
    answer = shop.deploy()
    assert answer["status"] == ("failed" if back is False else "rolled_back")
    assert shop.live_version() == (bad if back is False else good)
    assert shop.status()["current_version"] == (bad if back is False else good)


def test_what_stays_is_told_held_and_left_by_a_rollback(shop, stayed):
    good, bad, result = stayed
    assert result.exit_code == 1
    assert f"{bad[:7]} stays live: auto_rollback_on_failure is false." in result.stderr
    assert f"{bad[:7]} is live, and is not well." in result.stderr
    assert "fraisier rollback shop production" in result.stderr
    assert shop.live_version() == bad
    status = shop.status()
    assert (status["status"], status["current_version"]) == ("down", bad)
    assert status["hold"]["reason"] == "dep_00002 failed"
    assert shop.rows("SELECT * FROM tb_deployment_lock") == []
    assert shop.rollback()["status"] == "success"
    assert shop.live_version() == good


def test_a_good_version_after_one_that_stayed(shop, stayed):
    sha = shop.commit()
    answer = shop.deploy()
    assert (answer["status"], answer["old_version"]) == ("success", stayed[1])
    assert shop.live_version() == sha
    assert shop.status()["hold"] is None


def test_before_the_switch_nothing_stays(shop):
    shop.configure(auto_rollback_on_failure=False)
    good = shop.commit()
    shop.deploy()
    shop.commit("bad-build")
    answer = shop.deploy()
    assert answer["status"] == "failed"
    assert "stays live" not in answer["error"]["message"]
    assert shop.live_version() == good
    assert len(shop.releases()) == 1


def test_a_failed_first_deployment_stays_too(shop):
    shop.configure(auto_rollback_on_failure=False, health_check={"retries": 1})
    sha = shop.commit("sick")
    assert shop.deploy()["status"] == "failed"
    assert shop.live_version() == sha


def test_a_failure_is_seen_then_undone_then_told_then_held(shop):
    """The documents' order: detect, roll back, tell, record, stop until a person decides."""
    shop.configure(health_check={"retries": 1})
    shop.commit()
    shop.deploy()
    shop.commit("sick")
    assert shop.deploy()["status"] == "rolled_back"
    ordered = [
        row["type"]
        for row in shop.rows("SELECT type FROM tb_event WHERE deployment = 'dep_00002' ORDER BY pk_event")
    ]
    assert ordered == [
        "deployment.started",
        "health_check.failed",
        "health_check.passed",
        "deployment.failed",
        "deployment.rolled_back",
        "lane.held",
    ]
    [switch] = shop.rows(
        "SELECT s.* FROM tb_deployment_step s JOIN tb_deployment d ON d.pk_deployment = s.fk_deployment "
        "WHERE d.identifier = 'dep_00002' AND s.position = 'switch'"
    )
    [held] = shop.rows("SELECT * FROM tb_event WHERE type = 'lane.held'")
    assert switch["status"] == "undone"
    assert switch["ended_at"] <= held["created_at"]
    assert shop.status()["hold"]["reason"] == "dep_00002 rolled_back"
