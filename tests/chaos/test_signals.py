"""SIGTERM in every step: a command undoes what it began, an observer parks it for the next one."""

from __future__ import annotations

import pytest

from fraisier.database import Database
from tests.chaos import points
from tests.chaos.plans import UPDATE
from tests.chaos.state import open_work

TOO_LATE = "fn_complete_deployment"
MOMENTS = [at for at in points.forward(UPDATE) if not at.endswith(("before-intent", "before-done"))]
CLAIMED = [at for at in MOMENTS if at != points.in_call("fn_claim_deployment", "before")]


@pytest.mark.parametrize("at", points.sample(MOMENTS, share=0.5))
def test_a_command_undoes_what_it_began(used_lane, at):
    lane, old, new = used_lane, used_lane.live(), used_lane.shop.commit()
    before = lane.newest()["identifier"]
    with lane.watching():
        code, said = lane.run("deploy", "shop", "production", at=at, send="SIGTERM")
    row = lane.newest()
    if at.startswith(TOO_LATE):
        assert (code, row["status"], lane.must_be_well({new})) == (0, "success", new), said
        return
    assert code == 143, said
    assert lane.must_be_well({old}) == old
    assert row["identifier"] == before or row["status"] == "cancelled"
    [request] = lane.shop.rows(
        "SELECT * FROM tb_deployment_request ORDER BY pk_deployment_request DESC LIMIT 1"
    )
    assert request["status"] == "cancelled"
    lane.migrated(None)


@pytest.mark.parametrize("at", points.sample(CLAIMED, share=0.5))
def test_an_observer_parks_it_and_the_next_one_goes_on(used_lane, at):
    lane, new = used_lane, used_lane.shop.commit()
    with Database(lane.shop.database) as database:
        database.call(
            "fn_request_deployment",
            fraise="shop",
            environment="production",
            trigger_type="manual",
            git_branch="main",
        )
    with lane.watching():
        code, said = lane.run("observe", at=at, send="SIGTERM")
        assert code == 0, said
        assert [one for one in open_work(lane.shop.database) if one["what"] == "lock"] == []
        lane.recover()
    assert lane.must_be_well({new}) == new
    row = lane.newest()
    assert (row["status"], row["takeovers"]) == ("success", 0)
    assert "Traceback" not in said
