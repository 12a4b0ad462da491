"""A bad commit goes back, is recorded, and leaves nothing half done."""

import re

import pytest

# What sees it first depends on how fast it dies: the start, the look at the target after the switch, or the check.
DIED = "did not start|does not show it|no living process|nothing listens"


@pytest.mark.parametrize("mode", ["bad-build", "dies", "sick"])
def test_a_first_deployment_that_fails_is_removed_again(shop, mode):
    sha = shop.commit(mode)
    answer = shop.deploy()
    assert answer["status"] == "failed"
    assert answer["error"]["exit_code"] == 1
    assert shop.about() is None
    assert shop.releases() == []
    assert not (shop.app_path() / "current").is_symlink()
    assert shop.processes() == {}
    [row] = shop.history()
    assert (row["status"], row["git_commit"]) == ("failed", sha)
    assert shop.status()["current_version"] is None


@pytest.mark.feature("DEP-05", "DEP-06")
@pytest.mark.parametrize(
    ("mode", "status", "words"),
    [
        ("bad-build", "failed", "this version does not compile"),
        ("bad-migration", "failed", "column does not exist"),
        ("dies", "rolled_back", DIED),
        ("sick", "rolled_back", "500"),
    ],
)
def test_a_bad_version_ends_with_the_old_one_serving_and_is_recorded(shop, mode, status, words):
    shop.configure(database={"migrate": "./migrate.sh"}, env_vars={"LEDGER": str(shop.root / "ledger")})
    good = shop.commit()
    shop.deploy()
    releases = shop.releases()
    bad = shop.commit(mode)
    answer = shop.deploy()
    assert answer["status"] == status
    assert (answer["old_version"], answer["new_version"]) == (good, bad)
    assert answer["error"]["exit_code"] == 1
    assert re.search(words, answer["error"]["message"] + str(answer["steps"]))
    assert shop.live_version() == good
    assert shop.releases() == releases
    row = shop.history()[0]
    assert (row["status"], row["git_commit"]) == (status, bad)
    assert row["error_message"]
    seen = shop.status()
    assert seen["current_version"] == good


def test_a_failure_before_the_switch_never_touches_the_running_process(shop):
    shop.commit()
    shop.deploy()
    pid = shop.about()["pid"]
    shop.commit("bad-build")
    shop.deploy()
    assert shop.about()["pid"] == pid


@pytest.mark.feature("CLI-18")
def test_a_failure_tells_a_person_what_happened_and_what_to_do(shop):
    shop.commit()
    shop.deploy()
    shop.commit("sick")
    result = shop.run("deploy", "shop", "production")
    assert result.exit_code == 1
    assert "500" in result.output
    assert "rolled back" in result.output.lower()
    assert "fraisier logs dep_00002" in result.output
    [line] = [line for line in shop.run("history").stdout.splitlines() if "rolled_back" in line]
    assert "shop" in line


def test_a_good_version_after_a_bad_one_is_deployed(shop):
    shop.commit()
    shop.deploy()
    shop.commit("sick")
    shop.deploy()
    sha = shop.commit()
    assert shop.deploy()["status"] == "success"
    assert shop.live_version() == sha


def test_pruning_never_removes_the_last_good_release(shop):
    shop.configure(keep_releases=2, health_check={"retries": 1})
    good = shop.commit()
    shop.deploy()
    for _ in range(3):
        shop.commit("sick")
        assert shop.deploy()["status"] == "rolled_back"
    assert shop.live_version() == good
    assert len(shop.releases()) <= 2
    newer = shop.commit()
    shop.deploy()
    assert shop.rollback()["status"] == "success"
    assert (shop.live_version(), newer) == (good, newer)


def test_pruning_keeps_as_many_releases_as_asked(shop):
    shop.configure(keep_releases=2)
    for _ in range(4):
        shop.commit()
        shop.deploy()
    assert len(shop.releases()) == 2
    assert (shop.app_path() / "current").resolve().name == shop.releases()[-1]
