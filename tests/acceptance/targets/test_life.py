"""The life of a service on every target: deployed, deployed again, failed at each step, brought back."""

import re

import pytest

BAD = [
    ("bad-build", "failed", "this version does not compile"),
    ("bad-migration", "failed", "column does not exist"),
    # What sees it first depends on how fast it dies: the start, the look at the target after the switch, or the check.
    ("dies", "rolled_back", "not start|does not show it|no living process|nothing listens"),
    ("sick", "rolled_back", "500"),
]
"""A version that is bad in this way, how its deployment ends, and what is said about it."""


@pytest.mark.feature("PRV-02")
def test_deployments_replace_one_version_by_the_next_and_a_rollback_brings_it_back(shop):
    first = shop.commit()
    assert shop.deploy()["status"] == "success"
    assert shop.live_version() == first
    second = shop.commit()
    answer = shop.deploy()
    assert (answer["status"], answer["old_version"], answer["new_version"]) == ("success", first, second)
    assert shop.live_version() == second
    assert shop.deploy()["status"] == "up_to_date"
    back = shop.rollback()
    assert (back["status"], back["new_version"]) == ("success", first)
    assert shop.live_version() == first
    rows = [(row["kind"], row["status"], row["old_version"], row["new_version"]) for row in shop.history()]
    assert rows == [
        ("rollback", "success", second, first),
        ("deploy", "success", first, second),
        ("deploy", "success", None, first),
    ]
    assert shop.left_over() == []


@pytest.mark.feature("DEP-05", "DEP-06")
def test_bad_versions_end_with_the_old_one_serving_and_the_next_good_one_is_deployed(shop):
    shop.configure(database={"migrate": "./migrate.sh"}, env_vars={"LEDGER": f"{shop.app_path()}.ledger"})
    good = shop.commit()
    assert shop.deploy()["status"] == "success"
    releases = shop.releases()
    for mode, status, words in BAD:
        bad = shop.commit(mode)
        answer = shop.deploy()
        assert (answer["status"], answer["old_version"], answer["new_version"]) == (status, good, bad), answer
        assert answer["error"]["exit_code"] == 1
        assert re.search(words, answer["error"]["message"] + str(answer["steps"])), answer
        assert (shop.live_version(), shop.releases()) == (good, releases)
        row = shop.history()[0]
        assert (row["status"], row["git_commit"]) == (status, bad)
        assert row["error_message"]
        seen = shop.status()
        assert (seen["current_version"], seen["lock"]) == (good, None)
        assert shop.left_over() == []
    after = shop.commit()
    assert shop.deploy()["status"] == "success"
    assert shop.live_version() == after


@pytest.mark.parametrize("mode", ["bad-build", "sick"])
def test_a_first_deployment_that_fails_is_removed_again(shop, mode):
    shop.commit(mode)
    assert shop.deploy()["status"] == "failed"
    assert (shop.about(), shop.releases(), shop.left_over()) == (None, [], [])
    assert not shop.seen(shop.app_path() / "current").is_symlink()
    assert shop.status()["current_version"] is None


def test_status_and_logs_look_at_the_target_itself(shop):
    sha = shop.commit()
    shop.deploy()
    seen = shop.status()["observed"]
    assert (seen["reachable"], seen["running"], seen["version"]) == (True, True, sha)
    assert "starting v1 (ok)" in shop.run("logs", "shop", "production").stdout
    assert shop.run("test", "shop", "production").exit_code == 0


def test_a_dry_run_shows_the_plan_and_changes_nothing(shop):
    shop.commit()
    shop.deploy()
    shop.commit()
    before = shop.releases(), shop.live_version(), shop.dump()
    answer = shop.run("deploy", "shop", "production", "--dry-run", "--json").json
    assert (answer["dry_run"], answer["up_to_date"]) == (True, False)
    assert (shop.releases(), shop.live_version(), shop.dump()) == before


def test_secrets_reach_the_service_and_nothing_else(shop):
    shop.configure(env_vars={"PASSWORD": "${SHOP_PASSWORD}"})
    shop.env["SHOP_PASSWORD"] = "correct-horse-battery"
    shop.commit()
    result = shop.run("deploy", "shop", "production")
    assert result.exit_code == 0, result
    assert shop.about()["environment"]["PASSWORD"] == "correct-horse-battery"
    assert "correct-horse" not in result.output
    assert not [path for path in shop.files_holding("correct-horse") if not path.endswith(".env")]
