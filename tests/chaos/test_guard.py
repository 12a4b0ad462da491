"""The guard of a deployment of Fraisier itself, when somebody else gets the lane and does not end it."""

from __future__ import annotations

import asyncio
import threading

from fraisier.database import Database
from fraisier.observer.attempt import claim_of
from fraisier.observer.grounds import Grounds
from fraisier.observer.guard import Guard
from fraisier.observer.lease import Lease
from fraisier.observer.machine import machine_id
from tests.chaos import points
from tests.chaos.plans import SWITCH

STRANGER = {"observer": "stranger", "runs_on": machine_id()}


def test_who_takes_the_lane_and_never_ends_loses_it_again(used_lane):
    """A new release that renews its lease for ever would be as bad as one that does not start."""
    lane, old, new = used_lane, used_lane.live(), used_lane.shop.commit()
    lane.kill(points.in_step(SWITCH, "before-done"), "deploy", "shop", "production")
    with Database(lane.shop.database) as database:
        grounds = Grounds(database, str(lane.shop.config), lane.shop.env)
        while (taken := database.call("fn_take_over", **STRANGER, lease_seconds=2)) is None:
            database.call("fn_return_orphans")
        lost = threading.Event()
        with Lease(database, claim_of(taken), grounds.timing, lost.set):
            guard = Guard(grounds, taken["identifier"], 0, "dead", patience=3.0)
            asyncio.run(asyncio.wait_for(guard.run(), 60))
            assert lost.wait(10)
    row = lane.must_have_ended(new=new, old=old)
    assert (row["status"], lane.live()) == ("rolled_back", old)
    [event] = [told for told in lane.recovered() if told["data"]["way"] == "back"]
    assert event["data"]["reason"] == "it had not ended in time"
    [broken] = lane.shop.rows(
        "SELECT * FROM tb_event WHERE type = 'lock.broken' ORDER BY pk_event DESC LIMIT 1"
    )
    assert (broken["actor"], broken["deployment"]) == ("fraisier", row["identifier"])
