"""A commit becomes a healthy container, and a bad one goes back."""

import pytest

pytestmark = [pytest.mark.docker, pytest.mark.timeout(400)]


@pytest.mark.feature("PRV-04")
def test_deployments_replace_the_container_of_one_project(shop):
    first = shop.commit()
    assert shop.deploy()["status"] == "success"
    assert shop.live_version() == first
    [before] = shop.containers()
    second = shop.commit()
    answer = shop.deploy()
    assert (answer["status"], answer["old_version"], answer["new_version"]) == ("success", first, second)
    assert shop.live_version() == second
    [after] = shop.containers()
    assert (after["Name"], after["Id"] != before["Id"]) == (before["Name"], True)
    assert shop.status()["observed"]["version"] == second
    assert "starting v2 (ok)" in shop.run("logs", "shop", "production").stdout
    assert len(shop.networks()) == 1


@pytest.mark.feature("DEP-19")
def test_a_rollback_runs_the_very_image_that_was_live(shop):
    first = shop.commit()
    shop.deploy()
    [before] = shop.containers()
    shop.commit()
    shop.deploy()
    images = shop.images()
    back = shop.rollback()
    assert (back["status"], back["new_version"]) == ("success", first)
    assert "make_images" not in [step["name"] for step in back["steps"]]
    [after] = shop.containers()
    assert after["Image"] == before["Image"]
    assert shop.live_version() == first
    assert shop.images() == images


@pytest.mark.parametrize(
    ("mode", "status", "words"),
    [
        ("sick", "rolled_back", "500"),
        ("dies", "rolled_back", "cannot start"),
        ("unbuildable", "failed", "Building"),
    ],
)
def test_a_bad_version_ends_with_the_old_one_serving(shop, mode, status, words):
    good = shop.commit()
    shop.deploy()
    images = shop.images()
    shop.commit(mode)
    answer = shop.deploy()
    assert (answer["status"], words in answer["error"]["message"]) == (status, True), answer
    assert shop.live_version() == good
    assert shop.status()["current_version"] == good
    assert shop.images() == images
    assert len(shop.containers()) == 1


def test_a_first_deployment_that_fails_is_removed_again(shop):
    shop.commit("sick")
    assert shop.deploy()["status"] == "failed"
    assert shop.about() is None
    assert (shop.containers(), shop.networks(), shop.images(), shop.releases()) == ([], [], [], [])
    assert not (shop.app_path() / "current").is_symlink()


def test_images_go_with_the_releases_that_are_pruned_and_the_last_good_one_stays(shop):
    shop.configure(keep_releases=2)
    shop.commit()
    shop.deploy()
    good = shop.commit()
    shop.deploy()
    for _ in range(2):
        shop.commit("dies")
        assert shop.deploy()["status"] == "rolled_back"
    assert shop.live_version() == good
    shop.commit()
    shop.deploy()
    assert len(shop.images()) == len(shop.releases()) == 2
    back = shop.rollback()
    assert (back["status"], back["new_version"]) == ("success", good)


def test_two_environments_of_one_fraise_stand_side_by_side(shop):
    shop.configure(environments={"staging": {}, "production": {}})
    first = shop.commit()
    for environment in ("staging", "production"):
        assert shop.deploy(environment)["status"] == "success"
    second = shop.commit()
    shop.deploy("staging")
    assert (shop.live_version("staging"), shop.live_version("production")) == (second, first)


def test_who_holds_the_port_is_named_before_anything_is_touched(shop):
    good = shop.commit()
    shop.deploy()
    [before] = shop.containers()
    with shop.listening() as port:
        shop.configure(service={"port": port})
        shop.commit()
        answer = shop.deploy()
    assert (answer["status"], str(port) in answer["error"]["message"]) == ("rolled_back", True), answer
    assert "pid" in answer["error"]["message"]
    [after] = shop.containers()
    assert after["Id"] == before["Id"]
    assert shop.status()["observed"]["version"] == good


def test_an_image_that_was_removed_is_missed_by_name(shop):
    shop.commit()
    shop.deploy()
    shop.commit()
    shop.deploy()
    [old, _] = shop.images()
    shop.engine.docker("rmi", old)
    answer = shop.rollback()
    assert answer["status"] == "failed"
    assert "web" in answer["error"]["message"]
    assert "--commit" in answer["error"]["hint"]


def test_a_service_is_stopped_and_started_by_hand(shop):
    sha = shop.commit()
    shop.deploy()
    assert shop.run("stop", "shop", "production").exit_code == 0
    assert (shop.about(), shop.status()["observed"]["running"]) == (None, False)
    assert shop.run("start", "shop", "production").exit_code == 0
    assert shop.live_version() == sha
