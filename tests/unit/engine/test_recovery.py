"""Which way a deployment goes on when its owner died, for every place it can have died at."""

import msgspec
import pytest

from fraisier.engine.recovery import decide
from fraisier.model.commit import Commit
from fraisier.model.identity import Identity
from fraisier.model.plan import Plan
from fraisier.model.status import Direction, Kind
from fraisier.model.step import HEALTH, OnFailure, Position, Seen, Step, step_kind


class Nothing(msgspec.Struct, frozen=True):
    pass


for name, again in (("test_again", True), ("test_once", False)):
    step_kind(name, params=Nothing, repeatable=again)(type(name, (), {}))


def a_plan(switch: str = "test_again", last: str = "test_again", *, warns: bool = False) -> Plan:
    positions = (Position.BEFORE, Position.BEFORE, Position.SWITCH, Position.AFTER)
    kinds = ("test_once", "test_once", switch, last)
    return Plan(
        identity=Identity("shop", "production"),
        kind=Kind.DEPLOY,
        commit=Commit(sha="b" * 40),
        release_name="new",
        old=None,
        provider="bare_metal",
        target="here",
        steps=tuple(
            Step(
                kind=kind,
                title=kind,
                position=position,
                on_failure=OnFailure.WARN if warns else OnFailure.BACK,
            )
            for kind, position in zip(kinds, positions, strict=True)
        ),
    )


def journal(*statuses: str):
    return [{"ordinal": number, "status": status} for number, status in enumerate(statuses)]


async def choose(
    rows,
    *,
    seen=Seen.NOT_DONE,
    direction=Direction.FORWARD,
    takeovers=1,
    switch="test_again",
    parked=False,
):
    async def look(_ordinal, _step):
        return seen

    return await decide(a_plan(switch), rows, direction, takeovers, look, parked=parked)


@pytest.mark.parametrize(
    "statuses",
    [
        ("pending",) * 4,
        ("running", "pending", "pending", "pending"),
        ("done", "running", "pending", "pending"),
        ("done", "done", "pending", "pending"),
    ],
)
async def test_before_the_switch_the_way_is_back(statuses):
    way = await choose(journal(*statuses), seen=Seen.DONE)
    assert way.back
    assert way.touched == tuple(n for n, status in enumerate(statuses) if status != "pending")


@pytest.mark.parametrize(
    ("seen", "rest"), [(Seen.DONE, (3,)), (Seen.NOT_DONE, (2, 3)), (Seen.CANNOT_TELL, (2, 3))]
)
async def test_at_the_switch_the_way_is_forward(seen, rest):
    way = await choose(journal("done", "done", "running", "pending"), seen=seen)
    assert (way.back, way.rest) == (False, rest)
    assert way.found_done == ((2,) if seen is Seen.DONE else ())


async def test_nobody_can_tell_and_it_must_not_be_repeated():
    way = await choose(
        journal("done", "done", "running", "pending"), seen=Seen.CANNOT_TELL, switch="test_once"
    )
    assert way.back


async def test_between_steps_after_the_switch_it_goes_on_with_the_next():
    way = await choose(journal("done", "done", "done", "pending"))
    assert (way.back, way.rest) == (False, (3,))


async def test_all_done_but_not_recorded_goes_forward_past_the_last_step():
    way = await choose(journal("done", "skipped", "done", "done"))
    assert (way.back, way.rest) == (False, ())
    assert 1 not in way.touched


async def test_on_the_way_back_it_stays_on_the_way_back():
    way = await choose(journal("done", "done", "undone", "undone"), direction=Direction.BACK)
    assert (way.back, way.touched, way.switched) == (True, (0, 1), True)


async def test_a_parked_deployment_goes_on_where_it_stopped_even_before_the_switch():
    way = await choose(journal("done", "pending", "pending", "pending"), parked=True)
    assert (way.back, way.rest, way.switched) == (False, (1, 2, 3), False)


async def test_three_owners_died_forward_then_it_goes_back_and_after_three_more_a_person_is_told():
    rows = journal("done", "done", "running", "pending")
    assert not (await choose(rows, takeovers=3)).back
    turned = await choose(rows, takeovers=4)
    assert turned.back
    assert not turned.give_up
    assert (await choose(rows, takeovers=7, direction=Direction.BACK)).give_up


async def test_a_failure_that_nobody_has_acted_on_sends_it_back_even_after_the_switch():
    way = await choose(journal("done", "done", "done", "failed"))
    assert way.back
    assert way.touched == (0, 1, 2, 3)
    assert (await choose(journal("done", "done", "failed", "pending"))).back


async def test_a_failure_that_is_only_a_warning_does_not_send_it_back():
    rows = journal("done", "done", "done", "failed")
    way = await decide(a_plan(warns=True), rows, Direction.FORWARD, 1, never_looks)
    assert (way.back, way.rest) == (False, ())


async def test_what_was_judged_well_before_is_judged_again():
    passed = await decide(
        a_plan(last=HEALTH), journal("done", "done", "done", "done"), Direction.FORWARD, 1, never_looks
    )
    assert (passed.back, passed.rest) == (False, (3,))
    asked = await decide(
        a_plan(last=HEALTH), journal("done", "done", "done", "running"), Direction.FORWARD, 1, never_looks
    )
    assert (asked.rest, asked.found_done) == ((3,), ())


async def never_looks(_ordinal, _step):
    raise AssertionError
