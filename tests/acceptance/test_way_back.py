"""A way back is judged by what was configured when the old version came."""


def test_a_health_check_that_is_wrong_in_itself_goes_back_to_a_version_that_is_well(shop):
    good = shop.commit()
    shop.deploy()
    shop.configure(health_check={"expected_status": 418})
    shop.commit()
    answer = shop.deploy()
    assert answer["status"] == "rolled_back"
    assert "instead of 418" in answer["error"]["message"]
    assert shop.live_version() == good


def test_an_unexpected_restart_of_the_old_version_is_not_needed_when_only_the_build_failed(shop):
    shop.commit()
    shop.deploy()
    before = shop.about()["pid"]
    shop.configure(health_check={"expected_status": 418})
    shop.commit("bad-build")
    assert shop.deploy()["status"] == "failed"
    assert shop.about()["pid"] == before
