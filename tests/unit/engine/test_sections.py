"""Which steps run at the same time."""

import asyncio

import pytest

from fraisier.engine.sections import sections
from fraisier.engine.side_by_side import side_by_side
from fraisier.errors import LeaseLost, StepFailed
from fraisier.model.commit import Commit
from fraisier.model.identity import Identity
from fraisier.model.plan import Plan
from fraisier.model.status import Kind
from fraisier.model.step import Step


def plan(*steps: tuple[str, int]) -> Plan:
    return Plan(
        identity=Identity("shop", "production"),
        kind=Kind.DEPLOY,
        commit=Commit(sha="b" * 40),
        release_name="new",
        old=None,
        provider="bare_metal",
        target="three hosts",
        steps=tuple(Step(kind="k", title="t", host=host, together=number) for host, number in steps),
    )


def test_what_stands_alone_runs_alone():
    assert sections(plan(("", 0), ("", 0), ("(here)", 0)), range(3)) == [((0,),), ((1,),), ((2,),)]


def test_neighbours_with_one_number_run_side_by_side_each_host_in_its_order():
    steps = plan(("(here)", 0), ("a", 1), ("a", 1), ("b", 1), ("b", 1), ("a", 2), ("b", 3))
    assert sections(steps, range(7)) == [((0,),), ((1, 2), (3, 4)), ((5,),), ((6,),)]


def test_the_way_back_is_the_way_forward_from_its_end():
    steps = plan(("a", 1), ("a", 1), ("b", 1), ("b", 1), ("a", 2))
    assert sections(steps, reversed(range(5))) == [((4,),), ((3, 2), (1, 0))]


async def test_a_failure_ends_the_others_and_is_raised_when_they_have_ended():
    ended = []

    async def stays():
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append("it")

    async def fails():
        await asyncio.sleep(0)
        raise StepFailed("no")

    with pytest.raises(StepFailed, match="no"):
        await side_by_side([stays(), fails()])
    assert ended == ["it"]


async def test_a_lost_lane_counts_more_than_a_failed_step():
    async def fails():
        raise StepFailed("no")

    async def loses():
        raise LeaseLost("gone")

    with pytest.raises(LeaseLost):
        await side_by_side([fails(), loses()])
