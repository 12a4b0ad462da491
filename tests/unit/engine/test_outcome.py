"""What a way back means for the deployment's status, the lane and the exit code."""

import pytest

from fraisier.engine.outcome import Gone, WayBack, exit_code, partly, returned, together
from fraisier.errors import DeploymentError, Interrupted, Unreachable
from fraisier.model.commit import Commit
from fraisier.model.identity import Identity
from fraisier.model.plan import Plan
from fraisier.model.release import Release
from fraisier.model.status import DeploymentStatus, Kind, LaneHealth

OLD = Release(name="old", commit=Commit(sha="a" * 40))
CAUSE = DeploymentError("It broke.")


def a_plan(old: Release | None) -> Plan:
    return Plan(
        identity=Identity("shop", "production"),
        kind=Kind.DEPLOY,
        commit=Commit(sha="b" * 40),
        release_name="new",
        old=old,
        provider="bare_metal",
        target="bare-metal/localhost",
        steps=(),
    )


@pytest.mark.parametrize(
    ("old", "back", "cancelled", "status", "health"),
    [
        (OLD, WayBack(switched=False), False, DeploymentStatus.FAILED, None),
        (OLD, WayBack(switched=True), False, DeploymentStatus.ROLLED_BACK, LaneHealth.HEALTHY),
        (None, WayBack(switched=True), False, DeploymentStatus.FAILED, LaneHealth.DOWN),
        (None, WayBack(switched=False), False, DeploymentStatus.FAILED, None),
        (OLD, WayBack(switched=True), True, DeploymentStatus.CANCELLED, LaneHealth.HEALTHY),
        (
            OLD,
            WayBack(switched=True, unhealthy="503"),
            False,
            DeploymentStatus.ROLLBACK_FAILED,
            LaneHealth.DOWN,
        ),
        (
            OLD,
            WayBack(switched=True, failures=("x",)),
            True,
            DeploymentStatus.ROLLBACK_FAILED,
            LaneHealth.DOWN,
        ),
    ],
)
def test_the_way_back_decides_the_status(old, back, cancelled, status, health):
    outcome = returned(a_plan(old), CAUSE, back, cancelled=cancelled, warnings=())
    assert (outcome.status, outcome.lane_health) == (status, health)


def test_a_failed_way_back_names_both_reasons_and_what_to_do():
    outcome = returned(
        a_plan(OLD), CAUSE, WayBack(switched=True, unhealthy="503"), cancelled=False, warnings=()
    )
    assert outcome.error is not None
    assert "It broke." in outcome.error.message
    assert "503" in outcome.error.message
    assert "fraisier deploy shop production" in outcome.error.hint


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (DeploymentStatus.SUCCESS, None, 0),
        (DeploymentStatus.FAILED, CAUSE, 1),
        (DeploymentStatus.FAILED, Unreachable("gone"), 5),
        (DeploymentStatus.CANCELLED, Interrupted("^C"), 130),
        (DeploymentStatus.ROLLBACK_FAILED, Unreachable("gone"), 4),
    ],
)
def test_exit_codes_are_the_contract(status, error, code):
    assert exit_code(status, error) == code


def test_a_host_that_went_back_alone_and_failed_counts_when_the_others_follow():
    """Nothing was left to undo in the end, and still one host is not where it was."""
    left = ({"step": "Migrations", "what": "a column", "how": "drop it"},)
    alone = [WayBack(switched=True, not_undone=left), WayBack(switched=True, failures=("web2 is gone",))]
    back = together([*alone, WayBack(switched=False)])
    outcome = returned(a_plan(OLD), DeploymentError("sick"), back, cancelled=False, warnings=())
    assert (outcome.status, outcome.not_undone) == (DeploymentStatus.ROLLBACK_FAILED, left)
    well = together([WayBack(switched=True), WayBack(switched=False)])
    outcome = returned(a_plan(OLD), DeploymentError("sick"), well, cancelled=False, warnings=())
    assert outcome.status is DeploymentStatus.ROLLED_BACK


def test_what_stays_of_a_host_that_went_back_alone_is_told_though_the_others_stay():
    left = {"host": "web2", "step": "Migrations", "what": "a column", "how": "drop it"}
    ways = (WayBack(switched=True, not_undone=(left,)), WayBack(switched=False))
    gone = Gone(why={"web2": DeploymentError("sick")}, stuck={}, ways=ways)
    outcome = partly(a_plan(OLD), gone, warnings=())
    assert (outcome.stayed, outcome.not_undone) == (True, (left,))
