"""A commit becomes a healthy container, and a bad one goes back."""

import pytest

pytestmark = [pytest.mark.docker, pytest.mark.timeout(400)]


@pytest.mark.feature("PRV-04", "DEP-19")
def test_one_project_whose_container_is_replaced_and_a_rollback_runs_the_very_image_that_was_live(shop):
    first = shop.commit()
    shop.deploy()
    [before] = shop.containers()
    shop.commit()
    assert shop.deploy()["status"] == "success"
    [after] = shop.containers()
    assert (after["Name"], after["Id"] != before["Id"]) == (before["Name"], True)
    images = shop.images()
    back = shop.rollback()
    assert (back["status"], back["new_version"]) == ("success", first)
    assert "make_images" not in [step["name"] for step in back["steps"]]
    [again] = shop.containers()
    assert again["Image"] == before["Image"]
    assert shop.live_version() == first
    assert (shop.images(), len(shop.networks())) == (images, 1)


def test_an_image_that_cannot_be_built_leaves_everything_as_it_was(shop):
    good = shop.commit()
    shop.deploy()
    [before], images = shop.containers(), shop.images()
    shop.commit("unbuildable")
    answer = shop.deploy()
    assert (answer["status"], "Building" in answer["error"]["message"]) == ("failed", True), answer
    assert shop.live_version() == good
    [after] = shop.containers()
    assert (after["Id"], shop.images()) == (before["Id"], images)


def test_images_go_with_the_releases_that_are_pruned_and_the_last_good_one_stays(shop):
    shop.configure(keep_releases=2)
    shop.commit()
    shop.deploy()
    good = shop.commit()
    shop.deploy()
    shop.commit("dies")
    assert shop.deploy()["status"] == "rolled_back"
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
