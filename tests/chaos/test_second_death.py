"""Whoever recovers can die, too: at each of its own moments (`make test`: at a sample), and again and again."""

from __future__ import annotations

import signal

import pytest

from tests.chaos import points
from tests.chaos.lane import VICTIMS_LEASE, Lane
from tests.chaos.plans import SWITCH, UPDATE

DEATH = points.in_step(SWITCH, "before-effect")
DEATH_ON_THE_WAY_BACK = points.in_step(SWITCH, "before-effect", undo=True)


def recoverer_dies(lane: Lane, at: str) -> None:
    code, said = lane.run("recover", at=at, lease=VICTIMS_LEASE)
    assert code == -signal.SIGKILL, (at, code, said)


@pytest.mark.parametrize("at", points.sample(points.recovering_forward(UPDATE), share=0.25))
def test_who_goes_on_forward_dies_and_the_next_one_ends_it(used_lane, at):
    lane, old, new = used_lane, used_lane.live(), used_lane.shop.commit()
    with lane.watching():
        lane.kill(DEATH, "deploy", "shop", "production")
        recoverer_dies(lane, at)
        lane.recover()
    row = lane.must_have_ended(new=new, old=old)
    assert (row["status"], lane.live()) == ("success", new)


@pytest.mark.parametrize("at", points.sample(points.recovering_back(since=SWITCH), share=0.25))
def test_who_goes_back_dies_and_the_next_one_ends_it(used_lane, at):
    lane, old, new = used_lane, used_lane.live(), used_lane.shop.commit("sick")
    with lane.watching():
        lane.kill(DEATH_ON_THE_WAY_BACK, "deploy", "shop", "production")
        recoverer_dies(lane, at)
        lane.recover()
    row = lane.must_have_ended(new=new, old=old)
    assert (row["status"], lane.live()) == ("rolled_back", old)


def test_three_owners_die_on_the_way_forward_and_the_fourth_goes_back(used_lane):
    lane, old, new = used_lane, used_lane.live(), used_lane.shop.commit()
    lane.kill(DEATH, "deploy", "shop", "production")
    for _ in range(3):
        recoverer_dies(lane, points.in_call("fn_take_over", "after"))
    lane.recover()
    row = lane.must_have_ended(new=new, old=old)
    assert (row["status"], row["takeovers"], lane.live()) == ("rolled_back", 4, old)
    assert "4 owners died on the way forward" in row["error_message"]


def test_three_more_die_on_the_way_back_and_a_person_is_told(used_lane):
    lane, old = used_lane, used_lane.live()
    lane.shop.commit()
    lane.kill(DEATH, "deploy", "shop", "production")
    for _ in range(6):
        recoverer_dies(lane, points.in_call("fn_take_over", "after"))
    lane.recover()
    row, seen = lane.newest(), lane.shop.status()
    assert (row["status"], row["takeovers"], row["error_exit_code"]) == ("rollback_failed", 7, 4)
    assert "7 owners died" in row["error_message"]
    assert (seen["lock"], seen["hold"]["reason"]) == (None, f"{row['identifier']} rollback_failed")
    assert seen["current_version"] == old
    lane.no_process_of_the_dead()
    well = lane.shop.commit()
    assert lane.shop.deploy()["status"] == "success"
    assert lane.must_have_ended(new=well, old=old)["status"] == "success"


def test_the_way_back_needs_neither_the_repository_nor_a_secret(lane):
    """All that an undo needs lies on the host already."""
    shop, origin = lane.shop, lane.shop.repository.origin
    shop.env["SHOP_TOKEN"] = "s3cr3t-way-back-19"
    shop.configure(**lane.overrides, env_vars={"LEDGER": str(lane.ledger), "TOKEN": "${SHOP_TOKEN}"})
    old = shop.commit()
    assert shop.deploy()["status"] == "success"
    new = shop.commit("sick")
    lane.kill(DEATH_ON_THE_WAY_BACK, "deploy", "shop", "production")
    del shop.env["SHOP_TOKEN"]
    origin.rename(origin.with_name("gone.git"))
    lane.recover()
    row = lane.must_have_ended(new=new, old=old)
    assert (row["status"], lane.live()) == ("rolled_back", old)
