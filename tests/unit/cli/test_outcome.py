"""The last lines of a deployment and its JSON answer, for every way it can end."""

import pytest

from fraisier.cli import outcome
from fraisier.model.report import Report, StepReport
from fraisier.model.status import DeploymentStatus, Kind, StepStatus

OLD, NEW = "a" * 40, "b" * 40
ERROR = {"code": "unhealthy", "message": "GET / answered 500", "hint": "Read its log.", "exit_code": 1}


def report(status, **more):
    given = {
        "deployment_id": "dep_00002",
        "request_id": None,
        "kind": Kind.DEPLOY,
        "fraise": "my_api",
        "environment": "production",
        "status": status,
        "old_version": OLD,
        "new_version": NEW,
        "old_shown": "1.2.3",
        "new_shown": "1.2.4",
        "duration_seconds": 47.31,
        "target": "bare-metal/host",
    }
    return Report(**{**given, **more})


CASES = {
    "success": (
        report("success"),
        """
✓ Deployment successful!
  Version: 1.2.3 → 1.2.4
  Duration: 47.3s
  Target: bare-metal/host""",
    ),
    "a good rollback": (
        report("success", kind=Kind.ROLLBACK, warnings=("Pruned nothing.",)),
        """
✓ Rollback successful!
  Version: 1.2.3 → 1.2.4
  Duration: 47.3s
  Target: bare-metal/host
  Warning: Pruned nothing.""",
    ),
    "rolled back": (
        report("rolled_back", error=ERROR),
        """
✗ Deployment failed: GET / answered 500
  Rolled back to 1.2.3, which is healthy again.
  Duration: 47.3s
  Target: bare-metal/host
Hint: Read its log.
Next: fraisier logs dep_00002""",
    ),
    "before the switch": (
        report("failed", error={**ERROR, "hint": None}),
        """
✗ Deployment failed: GET / answered 500
  1.2.3 was not touched and is still live.
  Duration: 47.3s
  Target: bare-metal/host
Next: fraisier logs dep_00002""",
    ),
    "the first one": (
        report("failed", error={**ERROR, "hint": None}, old_version=None, old_shown="—"),
        """
✗ Deployment failed: GET / answered 500
  What it had begun was removed again; nothing ran here before, and nothing runs now.
  Duration: 47.3s
  Target: bare-metal/host
Next: fraisier logs dep_00002""",
    ),
    "no way back": (
        report(
            "rollback_failed",
            kind=Kind.ROLLBACK,
            error=ERROR,
            not_undone=(
                {"host": "", "step": "Database migrated", "what": "table price", "how": "drop it"},
                {"host": "web2", "step": "Unit", "what": "the old unit", "how": "start it"},
            ),
        ),
        """
✗ Rollback failed, and so did the way back: GET / answered 500
  A person is needed: neither version is known to be healthy.
  Duration: 47.3s
  Target: bare-metal/host
  Not undone:
    Database migrated: table price
      drop it
    web2: Unit: the old unit
      start it
Hint: Read its log.
Next: fraisier logs dep_00002""",
    ),
    "cancelled": (
        report("cancelled", error={**ERROR, "message": "Interrupted by SIGINT.", "hint": None}),
        """
✗ Deployment cancelled: Interrupted by SIGINT.
  1.2.3 is live.
  Duration: 47.3s
  Target: bare-metal/host
Next: fraisier logs dep_00002""",
    ),
    "nothing to do": (
        report("up_to_date", deployment_id=None),
        "my_api → production is up to date (1.2.4). Nothing to do; --force deploys it again.",
    ),
    "superseded": (
        report("superseded"),
        "Superseded: a newer request for my_api → production took its place.",
    ),
}


@pytest.mark.parametrize(("ended", "text"), CASES.values(), ids=CASES)
def test_what_people_read(ended, text):
    assert "\n".join(line for line, _ in outcome.lines(ended)) == text


@pytest.mark.parametrize("status", [*DeploymentStatus, "up_to_date"])
def test_every_status_has_words(status):
    assert all(line is not None for line, _ in outcome.lines(report(status, error=ERROR)))


def test_nothing_from_outside_obeys_the_terminal():
    error = {**ERROR, "message": "\x1b[2Jgone\nsecond line"}
    lines = outcome.lines(report("failed", error=error, old_shown="\x1b[31mv1"))
    assert ("✗ Deployment failed: gone", "red") in lines
    assert ("    second line", None) in lines
    assert ("  v1 was not touched and is still live.", None) in lines


def test_the_json_answer_has_exactly_the_keys_of_the_contract():
    step = StepReport(name="fetch", title="Code updated", status=StepStatus.DONE, duration_seconds=0.5)
    answer = outcome.as_dict(report("rolled_back", error=ERROR, steps=(step,)))
    assert answer == {
        "schema": 1,
        "deployment_id": "dep_00002",
        "request_id": None,
        "kind": "deploy",
        "fraise": "my_api",
        "environment": "production",
        "status": "rolled_back",
        "old_version": OLD,
        "new_version": NEW,
        "duration_seconds": 47.31,
        "error": ERROR,
        "not_undone": [],
        "warnings": [],
        "hosts": {},
        "steps": [{"name": "fetch", "status": "done", "duration_seconds": 0.5}],
    }
    assert type(answer["status"]) is str
