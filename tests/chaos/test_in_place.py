"""kill -9 at every moment that a work tree in place has and a folder of releases has not; `make chaos` does the rest."""

from __future__ import annotations

import pytest

from fraisier.model.step import Position
from tests.chaos import points
from tests.chaos.plans import IN_PLACE, IN_PLACE_ROLLBACK, UPDATE
from tests.chaos.test_kill_points import die_and_recover, the_history_tells

KNOWN = {step.kind for step in UPDATE.steps}
OWN = [
    number
    for number, step in enumerate(IN_PLACE.steps)
    if step.kind not in KNOWN or step.position is Position.SWITCH
]


def moments(*, undo: bool = False) -> list[str]:
    return [points.in_step(number, moment, undo=undo) for number in OWN for moment in points.MOMENTS]


@pytest.mark.parametrize("at", moments())
def test_on_the_way_forward(tree_lane, at):
    lane, old = tree_lane, tree_lane.live()
    new = lane.shop.commit(extra=at)
    die_and_recover(lane, at, "deploy", "shop", "production")
    row = lane.must_have_ended(new=new, old=old)
    assert lane.kinds(row) == [step.kind for step in IN_PLACE.steps]
    the_history_tells(lane, at)


@pytest.mark.parametrize("at", moments(undo=True))
def test_on_the_way_back(tree_lane, at):
    lane, old = tree_lane, tree_lane.live()
    new = lane.shop.commit("sick", extra=at)
    die_and_recover(lane, at, "deploy", "shop", "production")
    row = lane.must_have_ended(new=new, old=old)
    assert (row["status"], lane.live(), lane.head()) == ("rolled_back", old, old)
    the_history_tells(lane, at)


def test_a_rollback_that_dies_at_its_switch(tree_lane):
    lane, old = tree_lane, tree_lane.live()
    new = lane.shop.commit(extra="newer")
    assert lane.shop.deploy()["status"] == "success"
    switch = next(n for n, step in enumerate(IN_PLACE_ROLLBACK.steps) if step.position is Position.SWITCH)
    at = points.in_step(switch, "before-done")
    die_and_recover(lane, at, "rollback", "shop", "production", "--to", old)
    row = lane.must_have_ended(new=old, old=new)
    kinds = lane.kinds(row)
    assert lane.live() == old
    assert kinds.index("migrate_database") < kinds.index("update_tree")  # by the files that are about to go
