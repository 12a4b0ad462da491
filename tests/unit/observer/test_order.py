"""The members of a group come after those that they depend on."""

import pytest

from fraisier.config.environment import Environment
from fraisier.config.job import Job
from fraisier.errors import ConfigurationError
from fraisier.observer.order import by_needs


def member(name, *needs, jobs=()):
    return Environment(fraise=name, environment="production", type="api", depends_on=needs, jobs=jobs)


@pytest.mark.parametrize(
    ("needs", "order"),
    [
        ({"a": [], "b": []}, "a b"),
        ({"a": ["b"], "b": []}, "b a"),
        ({"a": ["b"], "b": ["c"], "c": []}, "c b a"),
        ({"a": ["c"], "b": [], "c": []}, "b c a"),
        ({"a": ["elsewhere"], "b": ["a"]}, "a b"),
        ({"a": ["a"]}, "a"),
    ],
)
def test_the_order(needs, order):
    members = [member(name, *needed) for name, needed in needs.items()]
    assert [one.fraise for one in by_needs(members)] == order.split()


def test_a_job_of_another_fraise_makes_it_come_first():
    job = Job(name="report", depends_on=("collect", "loader/load"))
    report = member("report", jobs=(job, Job(name="collect")))
    assert [one.fraise for one in by_needs([report, member("loader")])] == ["loader", "report"]


def test_those_that_wait_for_each_other_are_named():
    with pytest.raises(ConfigurationError, match="wait for each other: a, b"):
        by_needs([member("a", "b"), member("b", "a"), member("c")])
