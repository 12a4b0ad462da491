"""The lease of a living owner: renewed while its steps are within their deadlines, and by nobody else's clock."""

from __future__ import annotations

import threading
import time

import pytest

from fraisier.engine.journal import Claim
from fraisier.errors import LeaseLost
from fraisier.model.identity import Identity
from fraisier.model.step import Position, Step
from fraisier.observer.lease import Lease
from fraisier.observer.timing import Timing
from tests.support.lanes import Lanes, held
from tests.support.processes import until

QUICK = Timing(lease=1.0, heartbeat=0.1, grace=0.2)


class Clock:
    """The machine's own clocks."""

    wall = staticmethod(time.time)
    boot_time = staticmethod(time.monotonic)

    def boot_id(self) -> str:
        return "boot-1"


@pytest.fixture
def lanes(tmp_path):
    made = Lanes(tmp_path / "fraisier.db", Clock())
    yield made
    made.database.close()


@pytest.fixture
def owned(lanes):
    """A deployment whose lease holds for a second, and the claim on its lane."""
    lanes.ask()
    deployment = lanes.start(lanes.claim(lease_seconds=QUICK.lease))
    return deployment, Claim(
        identity=Identity("shop", "production"), lane=deployment["fk_lane"], token=deployment["token"]
    )


def step(deadline):
    return Step(kind="build_release", title="Built", position=Position.BEFORE, deadline=deadline)


def test_it_holds_as_long_as_its_owner_lives(lanes, owned):
    deployment, claim = owned
    with Lease(lanes.database, claim, QUICK) as lease:
        lease.begin(step(60))
        assert not until(lambda: lanes.take_over() is not None, 3 * QUICK.lease)
        lease.check()
    assert until(lambda: lanes.take_over() is not None, 10)
    assert lanes.call("fn_renew_lease", **held(deployment)) is None


def test_a_wedged_owner_loses_it(lanes, owned):
    """Its step is past its deadline: the engine that should have ended it does nothing any more, alive as it is."""
    _, claim = owned
    with Lease(lanes.database, claim, QUICK) as lease:
        lease.begin(step(0.1))
        assert until(lambda: lanes.take_over() is not None, 10)
        with pytest.raises(LeaseLost):
            lease.check()


def test_who_only_waits_keeps_it(lanes, owned):
    _, claim = owned
    with Lease(lanes.database, claim, QUICK) as lease:
        lease.begin(step(0.1))
        lease.rest()
        assert not until(lambda: lanes.take_over() is not None, 3 * QUICK.lease)


def test_the_owner_hears_of_its_loss_once_and_after_its_last_word_not_at_all(lanes, owned):
    _, claim = owned
    told, silent = threading.Event(), threading.Event()
    with (
        Lease(lanes.database, claim, QUICK, told.set),
        Lease(lanes.database, claim, QUICK, silent.set) as last,
    ):
        last.settle()
        lanes.sql("DELETE FROM tb_deployment_lock")
        assert told.wait(10)
    assert not silent.is_set()
