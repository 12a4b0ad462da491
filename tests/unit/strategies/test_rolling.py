"""Several hosts in one plan: who stands where."""

import pytest

from fraisier.config.environment import Environment
from fraisier.config.job import Job
from fraisier.model.place import HERE
from fraisier.model.step import HEALTH, OnFailure, Position, Step
from fraisier.strategies.rolling import batch_size, batches, spread

HOSTS = ("a", "b", "c", "d", "e")


def environment(**keys) -> Environment:
    return Environment(fraise="shop", environment="production", type="api", hosts=HOSTS, **keys)


def steps() -> tuple[Step, ...]:
    return (
        Step(kind="prepare", title="p"),
        Step(kind="fetch", title="f", host=HERE),
        Step(kind="build", title="b"),
        Step(kind="migrate", title="m", once=True),
        Step(kind="switch", title="s", position=Position.SWITCH),
        Step(kind=HEALTH, title="h", position=Position.AFTER),
        Step(kind="hook", title="k", position=Position.AFTER, once=True),
        Step(kind="prune", title="t", position=Position.AFTER, on_failure=OnFailure.WARN),
    )


def rows(planned):
    return [(step.host, step.kind, step.together) for step in planned]


def test_all_at_once_unless_it_is_rolling():
    planned = spread(dict.fromkeys(("a", "b"), steps()), environment(migrate_on="b"))
    assert rows(planned) == [
        (HERE, "fetch", 0),
        ("a", "prepare", 1),
        ("a", "build", 1),
        ("b", "prepare", 1),
        ("b", "build", 1),
        ("b", "migrate", 0),
        ("a", "switch", 2),
        ("a", HEALTH, 2),
        ("b", "switch", 2),
        ("b", HEALTH, 2),
        ("b", "hook", 0),
        ("a", "prune", 3),
        ("b", "prune", 3),
    ]


def test_rolling_goes_ahead_with_one_host_and_pauses_between_batches():
    rolling = environment(strategy="rolling", max_parallel_deployments="2", batch_pause=5.0)
    planned = spread(dict.fromkeys(HOSTS, steps()), rolling)
    changed = [(host, kind) for host, kind, _ in rows(planned) if kind in {"switch", "pause"}]
    assert changed == [
        ("a", "switch"),
        (HERE, "pause"),
        ("b", "switch"),
        ("c", "switch"),
        (HERE, "pause"),
        ("d", "switch"),
        ("e", "switch"),
    ]


@pytest.mark.parametrize(
    ("limit", "hosts", "size"),
    [("1", 5, 1), ("3", 5, 3), ("25%", 50, 12), ("25%", 3, 1), ("100%", 7, 7), ("1%", 7, 1)],
)
def test_how_many_change_at_once(limit, hosts, size):
    assert batch_size(limit, hosts) == size


def test_every_host_is_in_exactly_one_batch():
    for limit in ("1", "2", "40%", "100%"):
        chosen = batches(HOSTS, environment(strategy="rolling", max_parallel_deployments=limit))
        assert [host for batch in chosen for host in batch] == list(HOSTS)
        assert chosen[0] == ("a",)


def test_who_fails_goes_back_alone_but_for_the_first_host_and_the_one_that_migrates():
    rolling = environment(strategy="rolling", on_host_failure="keep_going", migrate_on="c")
    planned = spread(dict.fromkeys(HOSTS, steps()), rolling)
    by_host = {
        host: {step.on_failure for step in planned if step.host == host and step.kind != "prune"}
        for host in HOSTS
    }
    assert by_host == {
        "a": {OnFailure.BACK},
        "b": {OnFailure.HOST},
        "c": {OnFailure.BACK},
        "d": {OnFailure.HOST},
        "e": {OnFailure.HOST},
    }
    assert {step.on_failure for step in planned if step.kind == "prune"} == {OnFailure.WARN}


def test_what_happened_once_does_not_happen_again_for_those_that_follow():
    planned = spread({"b": steps()}, environment())
    assert {step.kind for step in planned} == {"fetch", "prepare", "build", "switch", HEALTH, "prune"}


def test_timers_are_placed_once_when_all_have_changed_and_who_runs_the_jobs_is_not_left_behind():
    jobs = environment(jobs=(Job(name="daily", command=("true",)),), on_host_failure="keep_going")
    with_timers = (*steps()[:3], *steps()[4:5], Step(kind="timers", title="t", host=HERE), *steps()[5:])
    planned = spread(dict.fromkeys(("a", "b"), with_timers), jobs)
    assert rows(planned)[5:] == [
        ("a", "switch", 2),
        ("a", HEALTH, 2),
        ("b", "switch", 2),
        ("b", HEALTH, 2),
        (HERE, "timers", 0),
        ("a", "hook", 0),
        ("a", "prune", 3),
        ("b", "prune", 3),
    ]
    on = {step.host: step.on_failure for step in planned if step.kind == "switch"}
    assert on == {"a": OnFailure.BACK, "b": OnFailure.HOST}
