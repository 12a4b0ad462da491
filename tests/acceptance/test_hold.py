"""`hold`, `unhold`, and the rollback that holds."""

import pytest

from tests.support import github
from tests.support.processes import until
from tests.support.running import why
from tests.support.shop import SECRET


def test_a_rollback_holds_unless_it_is_told_not_to(shop):
    shop.commit()
    shop.deploy()
    shop.commit()
    shop.deploy()
    assert shop.rollback("production", "--no-hold")["status"] == "success"
    assert shop.status()["hold"] is None
    shop.deploy()
    shop.rollback()
    assert shop.status()["hold"]["reason"] == "dep_00005 rolled back by hand"


@pytest.mark.feature("DEP-17")
def test_a_held_lane_lets_pushes_wait_until_a_person_has_decided(quick):
    quick.configure_webhook()
    first = quick.commit()
    quick.deploy()
    held = quick.run("hold", "shop", "production", "--reason", "sale", "--json")
    assert held.exit_code == 0
    assert held.json["hold"]["reason"] == "sale"
    assert quick.run("hold", "shop", "production").exit_code == 2
    second = quick.commit()
    with quick.serving() as address:
        payload = github.push(clone_url=str(quick.repository.origin), before=first, after=second)
        assert github.send(address, payload, secret=SECRET).status == 202
        told = why(quick)
        assert (told["state"], told["waiting"]) == ("held", ["req_00002"])
        assert "held since" in told["text"]
        assert "sale" in told["text"]
        assert len(quick.history()) == 1
        lifted = quick.run("unhold", "shop", "production", "--json")
        assert (lifted.json["was_held"], lifted.json["waiting"]) == (True, ["req_00002"])
        assert until(lambda: quick.statuses() == ["success"] * 2, 40)
    assert quick.live_version() == second
    assert "was not held" in quick.run("unhold", "shop", "production").stdout
