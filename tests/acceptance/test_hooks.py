"""Commands of the user run before and after a deployment, and decide about it as they were told to."""

import json

import pytest

TELL = 'echo "$FRAISIER_FRAISE $FRAISIER_ENVIRONMENT $FRAISIER_BRANCH [$FRAISIER_OLD_VERSION] $FRAISIER_NEW_VERSION"'


def ledger(shop):
    path = shop.root / "ledger"
    return path.read_text().splitlines() if path.exists() else []


def note(shop, text):
    """A hook that writes a line into the ledger."""
    return f"echo {text} >> {shop.root}/ledger"


def live(shop):
    about = shop.about()
    return f"{about['label'] if about else 'nothing'}"


@pytest.mark.feature("SAFE-01", "DEP-24")
def test_hooks_run_in_order_where_the_release_is_and_know_what_is_deployed(shop):
    shop.env["TOKEN"] = "s3cr3t-hook-71aa"
    asks = f"curl -s http://127.0.0.1:{shop.port()}/ | grep -o v[0-9] | head -n 1"
    shop.configure(
        env_vars={"TOKEN": "${TOKEN}", "GREETING": "good morning"},
        database={"backup": "./note.sh backup", "migrate": "./note.sh migrate"},
        hooks={
            "pre_deployment": [
                {"command": f"{TELL} | ./note.sh && ./note.sh pre $(cat label) after $({asks})"},
                ["./note.sh", "second", "$(not expanded)"],
            ],
            "post_deployment": [{"command": f'./note.sh post $({asks}) "$GREETING" ${{#TOKEN}}'}],
        },
    )
    script = {
        "note.sh": f'#!/bin/sh\n[ $# = 0 ] && cat >> {shop.root}/ledger && exit\necho "$*" >> {shop.root}/ledger'
    }
    first = commit(shop, **script)
    assert shop.deploy()["status"] == "success", shop.run("logs", "dep_00001").output
    second = commit(shop, **script)
    answer = shop.deploy()
    assert answer["status"] == "success"
    assert ledger(shop) == [
        "backup",
        f"shop production main [] {first}",
        "pre v1 after",
        "second $(not expanded)",
        "migrate",
        "post v1 good morning 16",
        "backup",
        f"shop production main [{first}] {second}",
        "pre v2 after v1",
        "second $(not expanded)",
        "migrate",
        "post v2 good morning 16",
    ]
    names = [step["name"] for step in answer["steps"]]
    assert names == [
        "prepare_folder",
        "fetch_commit",
        "export_release",
        "build_release",
        "stage_release",
        *["run_in_release"] * 3,
        "migrate_database",
        "switch_release",
        "check_health",
        "run_in_release",
        "prune_releases",
    ]


def commit(shop, **files):
    """Scripts in the repository, executable as Git knows it."""
    for name, text in files.items():
        path = shop.repository.work / name
        path.write_text(text + "\n")
        path.chmod(0o755)
    return shop.commit()


@pytest.mark.feature("SAFE-02")
def test_a_failing_hook_before_stops_before_the_service_is_touched(shop):
    good = shop.commit()
    shop.deploy()
    pid = shop.about()["pid"]
    shop.configure(
        hooks={"pre_deployment": [note(shop, "ran"), "echo no room >&2; exit 3", note(shop, "never")]}
    )
    shop.commit()
    result = shop.run("deploy", "shop", "production")
    assert result.exit_code == 1
    assert "exit code 3" in result.output
    assert "no room" in result.output
    assert f"{good[:7]} was not touched and is still live." in result.output
    assert f"whatever the pre_deployment hook `echo ran >> {shop.root}"[:60] in result.output
    assert (shop.live_version(), shop.about()["pid"], ledger(shop)) == (good, pid, ["ran"])
    assert len(shop.releases()) == 1


def test_a_failing_hook_after_brings_the_old_version_back(shop):
    good = shop.commit()
    shop.deploy()
    shop.configure(hooks={"post_deployment": [{"command": "exit 1"}]})
    shop.commit()
    answer = shop.deploy()
    assert answer["status"] == "rolled_back"
    assert "post_deployment hook" in answer["error"]["message"]
    assert [left["step"] for left in answer["not_undone"]] == ["post_deployment hook: exit 1"]
    assert shop.live_version() == good


@pytest.mark.feature("SAFE-02")
@pytest.mark.parametrize("when", ["pre_deployment", "post_deployment"])
def test_a_failing_hook_that_only_warns_is_recorded_and_the_deployment_goes_on(shop, when):
    warns = {"command": "echo seed is missing; exit 4", "on_failure": "warn"}
    shop.configure(hooks={when: [warns, note(shop, "next")]})
    sha = shop.commit()
    result = shop.run("deploy", "shop", "production")
    assert result.exit_code == 0, result.output
    assert f"Warning: {when} hook: echo seed is missing; exit 4" in result.stdout
    assert (shop.live_version(), ledger(shop)) == (sha, ["next"])
    [row] = shop.history()
    assert row["status"] == "success"
    [warning] = json.loads(row["warnings"])
    assert "exit code 4" in warning
    assert "success, 1 warning" in shop.run("history").stdout
    answer = shop.deploy("production", "--force")
    assert [warning] == [one.replace(f"-{sha[:7]}", "") and warning for one in answer["warnings"]]


def test_a_hook_that_takes_too_long_is_ended(shop):
    shop.configure(hooks={"pre_deployment": [{"command": "sleep 600", "timeout": "1s"}]})
    shop.commit()
    answer = shop.deploy()
    assert answer["status"] == "failed"
    assert "not done after 1 s" in answer["error"]["message"]
    assert not [words for words in shop.processes().values() if "sleep" in words]


def test_values_never_become_part_of_a_shell_text(shop):
    shop.repository.branch("a$(id)")
    shop.configure(
        branch="a$(id)",
        hooks={"pre_deployment": 'echo "$FRAISIER_BRANCH" > told; cat told >&2; exit 1'},
    )
    shop.commit()
    answer = shop.deploy()
    assert "a$(id)" in answer["error"]["message"]
    assert "uid=" not in answer["error"]["message"]


def test_a_secret_that_a_hook_prints_is_masked_and_ordinary_values_are_not(shop):
    shop.env["TOKEN"] = "s3cr3t-hook-71aa"
    shop.configure(
        env_vars={"TOKEN": "${TOKEN}", "MODE": "production"},
        hooks={"pre_deployment": 'echo "token=$TOKEN mode=$MODE version=$FRAISIER_VERSION"; exit 1'},
    )
    sha = shop.commit()
    said = shop.deploy()["error"]["message"] + shop.run("logs", "dep_00001").output
    assert f"token=*** mode=production version={sha}" in said
    assert "s3cr3t" not in said + "".join(shop.dump())


def test_a_rollback_runs_no_hooks(shop):
    shop.configure(hooks={"pre_deployment": note(shop, "pre"), "post_deployment": note(shop, "post")})
    for _ in range(2):
        shop.commit()
        shop.deploy()
    assert shop.rollback()["status"] == "success"
    assert ledger(shop) == ["pre", "post"] * 2


def test_a_dry_run_shows_the_hooks(shop):
    shop.configure(hooks={"pre_deployment": "npm run migrate", "post_deployment": [["./warm-up", "now"]]})
    shop.commit()
    lines = shop.run("deploy", "shop", "production", "--dry-run").stdout.splitlines()
    assert "        $ sh -c 'npm run migrate'" in lines
    assert "        $ ./warm-up now" in lines
