"""The last good version comes back."""

import pytest


@pytest.mark.feature("CLI-28")
def test_rollback_returns_to_the_version_before(shop):
    first = shop.commit()
    shop.deploy()
    second = shop.commit()
    shop.deploy()
    answer = shop.rollback()
    assert (answer["status"], answer["kind"]) == ("success", "rollback")
    assert (answer["old_version"], answer["new_version"]) == (second, first)
    assert shop.live_version() == first
    assert shop.status()["current_version"] == first


@pytest.mark.feature("CLI-29")
@pytest.mark.parametrize("name", ["full", "short", "tag"])
def test_rollback_to_a_named_version(shop, name):
    first = shop.commit()
    shop.repository.tag("1.0.0")
    shop.deploy()
    for _ in range(2):
        shop.commit()
        shop.deploy()
    asked = {"full": first, "short": first[:7], "tag": "1.0.0"}[name]
    assert shop.rollback("production", "--to", asked)["new_version"] == first
    assert shop.live_version() == first


def test_rollback_does_not_build_again(shop):
    shop.commit()
    shop.deploy()
    built = (shop.app_path() / "releases" / shop.releases()[0] / "built").stat()
    shop.commit()
    shop.deploy()
    shop.rollback()
    again = (shop.app_path() / "current" / "built").resolve().stat()
    assert (again.st_ino, again.st_mtime_ns) == (built.st_ino, built.st_mtime_ns)


def test_a_rollback_whose_target_is_unhealthy_goes_back_to_where_it_was(shop):
    shop.commit()
    shop.deploy()
    second = shop.commit()
    shop.deploy()
    release = shop.app_path() / "releases" / shop.releases()[0]
    (release / "mode").write_text("sick\n")
    answer = shop.rollback()
    assert answer["status"] == "rolled_back"
    assert shop.live_version() == second


def test_when_both_versions_are_ill_a_person_is_needed(shop):
    shop.commit()
    shop.deploy()
    shop.commit()
    shop.deploy()
    for release in shop.releases():
        (shop.app_path() / "releases" / release / "mode").write_text("sick\n")
    result = shop.run("rollback", "shop", "production", "--json")
    assert result.exit_code == 4
    assert result.json["status"] == "rollback_failed"
    assert result.json["error"]["hint"]
    assert shop.history()[0]["status"] == "rollback_failed"


def test_a_deployment_whose_way_back_fails_says_so(shop):
    shop.commit()
    shop.deploy()
    release = shop.app_path() / "releases" / shop.releases()[0]
    (release / "mode").write_text("sick\n")
    shop.commit("sick")
    result = shop.run("deploy", "shop", "production", "--json")
    assert (result.exit_code, result.json["status"]) == (4, "rollback_failed")


def test_nothing_to_roll_back_to_is_said(shop):
    shop.commit()
    shop.deploy()
    result = shop.run("rollback", "shop", "production", "--json")
    assert result.exit_code in {1, 2}
    assert result.json["error"]["hint"]
    assert len(shop.history()) == 1


def test_rolling_back_to_an_unknown_version_is_refused(shop):
    shop.commit()
    shop.deploy()
    result = shop.run("rollback", "shop", "production", "--to", "9.9.9", "--json")
    assert result.exit_code == 2
    assert "9.9.9" in result.json["error"]["message"]
    assert len(shop.history()) == 1
