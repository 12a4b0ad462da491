"""Where the steps of a deployer of one's own stand to the switch."""

from __future__ import annotations

import pytest

from fraisier.config.environment import Environment
from fraisier.deployers.base import BaseDeployer
from fraisier.deployers.call import found, reference
from fraisier.deployers.planned import Planned
from fraisier.errors import ConfigurationError
from fraisier.model.commit import Commit
from fraisier.model.plan import Observed
from fraisier.model.release import Release
from fraisier.model.step import Position

ENVIRONMENT = Environment(fraise="shop", environment="production", type="api", app_path="/srv/shop")
OLD = Release(name="old", commit=Commit(sha="a" * 40))


class Several(BaseDeployer):
    def steps(self):
        return self.listed(self)

    def one(self):
        """Something."""

    def two(self):
        """Something else."""

    def three(self):
        """Something more."""


class Judging(Several):
    def health_check(self):
        return True


def plan(listed, cls=Several, live=None):
    cls.listed = staticmethod(listed)
    observed = Observed(
        attempt="attempt",
        commit=Commit(sha="b" * 40),
        release_name="new",
        installation_id="i",
        mirror="",
        live=live,
    )
    planned = Planned(cls)
    return planned.steps(ENVIRONMENT, observed), planned.restored(ENVIRONMENT, observed)


def positions(listed):
    return [str(step.position) for step in plan(listed)[0]]


def test_the_last_method_is_the_switch_where_nothing_else_is():
    assert positions(lambda it: [it.one, it.call(it.two), it.three]) == ["before", "before", "switch"]


def test_what_stands_after_the_switch_comes_after_it():
    switch = Position.SWITCH
    listed = lambda it: [it.one, it.call(it.two, position=switch), it.three, it.call(it.one)]  # noqa: E731
    assert positions(listed) == ["before", "switch", "after", "after"]


def test_its_own_health_check_judges_the_new_and_the_restored_version():
    steps, restored = plan(lambda it: [it.one], Judging, live=OLD)
    assert [step.kind for step in steps] == ["call_python", "check_health"]
    assert steps[-1].params["version"] == "b" * 40
    assert [step.params["version"] for step in restored] == ["a" * 40]


def test_without_an_old_version_nothing_is_judged_after_a_way_back():
    assert plan(lambda it: [it.one], Judging)[1] == ()


def test_a_lambda_cannot_be_a_step():
    with pytest.raises(ConfigurationError, match="another process could not find it"):
        plan(lambda it: [lambda: it.version])


def test_a_deployer_without_anything_says_so():
    class Nothing(BaseDeployer):
        pass

    observed = Observed(
        attempt="a", commit=Commit(sha="b" * 40), release_name="n", installation_id="i", mirror=""
    )
    with pytest.raises(ConfigurationError):
        Planned(Nothing).steps(ENVIRONMENT, observed)


def test_a_class_is_found_by_the_name_it_is_referred_to():
    assert found(reference(BaseDeployer)) is BaseDeployer
    with pytest.raises(ConfigurationError, match="cannot be found here"):
        found("fraisier.deployers.base:Nobody")
