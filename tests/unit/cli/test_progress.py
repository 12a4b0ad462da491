"""The plain lines of a deployment, exactly as the prd draws them."""

import io

import pytest

from fraisier.cli.progress import Plain
from fraisier.model.commit import Commit
from fraisier.model.identity import Identity
from fraisier.model.plan import Plan
from fraisier.model.report import StepReport
from fraisier.model.status import Kind, StepStatus
from fraisier.model.step import Step

PREFLIGHT = Step(kind="preflight", title="Pre-flight checks passed")
FETCH = Step(kind="fetch", title="Code updated", doing="Pulling latest code")
HEALTH = Step(kind="check_health", title="Health check passed", doing="Health check")


def plan(kind=Kind.DEPLOY, notes=()):
    return Plan(
        identity=Identity("my_api", "production"),
        kind=kind,
        commit=Commit(sha="abc1234" + "0" * 33),
        release_name="r",
        old=None,
        provider="bare_metal",
        target="bare-metal/host",
        steps=(PREFLIGHT, FETCH, HEALTH),
        notes=notes,
    )


def report(step, status=StepStatus.DONE, note=None):
    return StepReport(name=step.kind, title=step.title, status=status, duration_seconds=1.0, note=note)


@pytest.fixture
def watcher():
    return Plain(io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))


def printed(watcher):
    return watcher._stream.buffer.getvalue().decode()


def test_a_good_deployment(watcher):
    watcher.planned("dep_00001", plan())
    for step, note in ((PREFLIGHT, None), (FETCH, "abc1234"), (HEALTH, None)):
        watcher.step_started(step)
        watcher.said("abc1234")
        watcher.step_ended(step, report(step, note=note))
    assert printed(watcher) == (
        "Deploying my_api → production (bare-metal/host)\n"
        "\n"
        "  ✓ Pre-flight checks passed\n"
        "  ⟳ Pulling latest code...\n"
        "  ✓ Code updated (abc1234)\n"
        "  ⟳ Health check...\n"
        "  ✓ Health check passed\n"
    )


def test_a_way_back(watcher):
    watcher.planned("dep_00002", plan(Kind.ROLLBACK, notes=("in place: the switch is not atomic",)))
    watcher.step_started(HEALTH)
    watcher.step_ended(HEALTH, report(HEALTH, StepStatus.FAILED, "HTTP 500\n\x1b[31mInternal"))
    watcher.turned_back("HTTP 500")
    watcher.step_started(FETCH, undoing=True)
    watcher.step_ended(FETCH, report(FETCH, StepStatus.UNDONE), undoing=True)
    watcher.step_started(PREFLIGHT, undoing=True)
    watcher.step_ended(PREFLIGHT, report(PREFLIGHT, StepStatus.UNDO_FAILED, "no"), undoing=True)
    watcher.step_started(HEALTH)
    watcher.step_ended(HEALTH, report(HEALTH))
    watcher.said("over")
    assert printed(watcher) == (
        "Rolling back my_api → production (bare-metal/host)\n"
        "  Note: in place: the switch is not atomic\n"
        "\n"
        "  ⟳ Health check...\n"
        "  ✗ Health check: HTTP 500\n"
        "      Internal\n"
        "  ↩ Going back: HTTP 500\n"
        "  ↩ Undone: Code updated\n"
        "  ✗ Not undone: Pre-flight checks passed: no\n"
        "  ⟳ Health check...\n"
        "  ✓ Health check passed\n"
        "  over\n"
    )


@pytest.mark.parametrize(
    ("status", "note", "line"),
    [
        (StepStatus.SKIPPED, "no build.sh", "  - Pulling latest code: skipped, no build.sh"),
        (StepStatus.DONE, "x" * 61, f"  ✓ Code updated\n      {'x' * 61}"),
        (StepStatus.FAILED, None, "  ✗ Pulling latest code"),
    ],
)
def test_other_ends(watcher, status, note, line):
    watcher.step_ended(FETCH, report(FETCH, status, note))
    assert printed(watcher) == line + "\n"


def test_a_failed_step_without_words_of_its_own_is_called_by_its_kind(watcher):
    watcher.step_ended(PREFLIGHT, report(PREFLIGHT, StepStatus.FAILED, "disk full"))
    assert printed(watcher) == "  ✗ Preflight: disk full\n"


def test_on_the_way_back_only_what_is_undone_or_stays_is_told(watcher):
    for note, idle in ((None, True), ("a table: drop it", True), (None, False)):
        ended = StepReport(name="fetch", title="Code updated", status=StepStatus.UNDONE, note=note, idle=idle)
        watcher.step_ended(FETCH, ended, undoing=True)
    assert printed(watcher) == ("  ↩ Not undone: Code updated (a table: drop it)\n  ↩ Undone: Code updated\n")


def test_a_job_that_fails_goes_nowhere_back(watcher):
    watcher.planned("dep_00003", plan(Kind.JOB))
    watcher.turned_back("exit code 1")
    assert "Going back" not in printed(watcher)


def test_among_several_each_line_says_whose_it_is():
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    watcher = Plain(stream, "[web] ")
    watcher.step_ended(FETCH, report(FETCH, note="one\ntwo"))
    assert printed(watcher) == "[web]   ✓ Code updated\n[web]       one\n[web]       two\n"


def test_a_reader_that_left_does_not_disturb_the_deployment(watcher):
    watcher._stream.close()
    watcher.planned("dep_00001", plan())
    watcher.step_started(FETCH)
    watcher.step_ended(FETCH, report(FETCH))
    watcher.turned_back("why")
