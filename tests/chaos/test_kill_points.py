"""kill -9 at every moment of every step, forward and back; then an observer starts.

`make test` does so at a sample of them, most of an update; `make chaos` leaves none out.
"""

from __future__ import annotations

import json
import time

import pytest

from tests.chaos import points
from tests.chaos.lane import LEASE, Lane
from tests.chaos.plans import FIRST, ROLLBACK, UPDATE

MOST, FEW = 0.75, 0.25  # of a sample: there are two of an update, and four of what is rarer
SLOWEST_STEP = 30  # seconds; a quiet machine takes two
BEFORE_A_DEPLOYMENT = ("fn_claim_deployment", "fn_start_deployment.before", "fence")


def die_and_recover(lane: Lane, at: str, *command: str, step: float = SLOWEST_STEP) -> None:
    """Kill a command at this moment, then let an observer end what it left, within a lease and one `step`."""
    with lane.watching():
        lane.kill(at, *command)
        began = time.monotonic()
        lane.recover()
    assert time.monotonic() - began < LEASE + step


def the_history_tells(lane: Lane, at: str) -> None:
    """A deployment that was begun and not ended says why somebody else ended it."""
    told, details = lane.recovered(), json.loads(lane.newest()["details"])
    if at.startswith(BEFORE_A_DEPLOYMENT) or at == "fn_complete_deployment.after":
        assert (told, "recovered" in details, lane.entries()) == ([], False, [])
        return
    [event] = told
    assert details["recovered"] == event["data"]
    [entry] = lane.entries()
    assert (entry["kind"], entry["reason"]) == ("recovery", event["data"]["reason"])
    assert event["data"]["reason"]
    assert any("its owner died" in words for words in details["warnings"])


@pytest.mark.parametrize("at", points.sample(points.forward(UPDATE), share=MOST))
def test_on_the_way_forward(used_lane, at):
    lane, old = used_lane, used_lane.live()
    new = lane.shop.commit()
    die_and_recover(lane, at, "deploy", "shop", "production")
    row = lane.must_have_ended(new=new, old=old)
    assert lane.kinds(row) == [step.kind for step in UPDATE.steps]
    the_history_tells(lane, at)


@pytest.mark.parametrize("at", points.sample(points.back(UPDATE), share=MOST))
def test_on_the_way_back(used_lane, at):
    lane, old = used_lane, used_lane.live()
    new = lane.shop.commit("sick")
    die_and_recover(lane, at, "deploy", "shop", "production")
    row = lane.must_have_ended(new=new, old=old)
    assert (row["status"], lane.live()) == ("rolled_back", old)
    the_history_tells(lane, at)


@pytest.mark.parametrize("at", points.sample(points.forward(FIRST), share=FEW))
def test_a_first_deployment_on_the_way_forward(lane, at):
    new = lane.shop.commit()
    die_and_recover(lane, at, "deploy", "shop", "production")
    row = lane.must_have_ended(new=new, old=None)
    assert row["status"] in {"success", "failed"}
    the_history_tells(lane, at)


@pytest.mark.parametrize("at", points.sample(points.back(FIRST), share=FEW))
def test_a_first_deployment_on_the_way_back(lane, at):
    new = lane.shop.commit("sick")
    die_and_recover(lane, at, "deploy", "shop", "production")
    row = lane.must_have_ended(new=new, old=None)
    assert (row["status"], lane.live()) == ("failed", None)
    assert lane.shop.processes() == {}
    the_history_tells(lane, at)


@pytest.mark.parametrize("at", points.sample(points.forward(ROLLBACK), share=FEW))
def test_a_rollback_on_the_way_forward(lane_with_a_past, at):
    lane, old = lane_with_a_past, lane_with_a_past.live()
    new = lane.other()
    die_and_recover(lane, at, "rollback", "shop", "production", "--to", new)
    row = lane.must_have_ended(new=new, old=old)
    assert lane.kinds(row) == [step.kind for step in ROLLBACK.steps]
    the_history_tells(lane, at)


@pytest.mark.parametrize("at", points.sample(points.back(ROLLBACK), share=FEW))
def test_a_rollback_on_the_way_back(lane_with_a_past, at):
    lane, old = lane_with_a_past, lane_with_a_past.live()
    new = lane.other()
    with lane.sick(new):
        die_and_recover(lane, at, "rollback", "shop", "production", "--to", new)
        row = lane.must_have_ended(new=new, old=old)
    assert (row["status"], lane.live()) == ("rolled_back", old)
    the_history_tells(lane, at)
