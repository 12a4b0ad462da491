"""What a dry run prints."""

from types import SimpleNamespace

from fraisier.cli import preview
from fraisier.model.commit import Commit
from fraisier.model.identity import Identity
from fraisier.model.plan import Plan
from fraisier.model.status import Kind
from fraisier.model.step import Step

OLD, NEW = "a" * 40, "b" * 40


def dry_run(*, up_to_date=False, differences=" app.py | 2 +-\n-old\n+\x1b[2Jnew\n"):
    target = Commit(sha=NEW, branch="main", tag="v2")
    steps = (
        Step(kind="preflight", title="Pre-flight checks passed"),
        Step(kind="build_release", title="Built", doing="Building", params={"argv": None}),
        Step(
            kind="run_in_release",
            title="Database migrated",
            doing="Migrating",
            params={"argv": ["./m", "a b"]},
        ),
        Step(kind="stage_project", title="Release staged", doing="Staging", params={"argv": []}),
    )
    plan = Plan(
        identity=Identity("my_api", "production"),
        kind=Kind.DEPLOY,
        commit=target,
        release_name="r",
        old=None,
        provider="bare_metal",
        target="bare-metal/localhost",
        steps=steps,
        notes=("no health check is configured",),
    )
    return SimpleNamespace(
        plan=plan, current=OLD, target=target, up_to_date=up_to_date, differences=differences
    )


def test_people_read_versions_commands_and_changes():
    assert "\n".join(preview.lines(dry_run())) == (
        "Dry run: Deploying my_api → production (bare-metal/localhost)\n"
        "  Current version: aaaaaaa\n"
        "  Target version:  v2\n"
        "  Provider:        bare_metal\n"
        "  Target:          bare-metal/localhost\n"
        "  Note: no health check is configured\n"
        "\n"
        "Steps:\n"
        "   1. Pre-flight checks passed\n"
        "   2. Building\n"
        "        $ ./build.sh    # if the release has one\n"
        "   3. Migrating\n"
        "        $ ./m 'a b'\n"
        "   4. Staging\n"
        "\n"
        "Changes:\n"
        "   app.py | 2 +-\n"
        "  -old\n"
        "  +new\n"
        "\n"
        "Nothing was changed."
    )


def test_what_is_live_already_is_said():
    lines = preview.lines(dry_run(up_to_date=True, differences=""))
    assert "  Target version:  v2  (up to date; only --force deploys it again)" in lines
    assert "Changes:" not in lines


def test_the_json_answer():
    answer = preview.as_dict(dry_run())
    assert set(answer) == {
        "schema",
        "dry_run",
        "kind",
        "fraise",
        "environment",
        "current_version",
        "target_version",
        "provider",
        "target",
        "up_to_date",
        "notes",
        "steps",
        "differences",
    }
    assert (answer["current_version"], answer["target_version"]) == (OLD, NEW)
    assert answer["steps"][2] == {
        "name": "run_in_release",
        "title": "Database migrated",
        "params": {"argv": ["./m", "a b"]},
    }
