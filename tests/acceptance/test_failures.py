"""What a bad commit leaves alone, what a person is told, and which releases stay."""

import pytest


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
