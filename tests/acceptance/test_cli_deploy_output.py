"""What people see of a deployment, on a terminal, in a pipe, and in strange encodings."""

import json
import os
import pty
import re
import subprocess

import pytest

DEPLOY = ("deploy", "shop", "production")


def on_a_terminal(shop, *arguments, **env):
    """Run the command with a terminal for its output; its exit code and everything it drew."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [str(shop.fraisier), *arguments],
        env={**shop.env, "TERM": "xterm-256color", "COLUMNS": "120", **env},
        cwd=shop.root,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    ) as child:
        os.close(theirs)
        drawn = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    return child.returncode, drawn.decode()


def _read(descriptor):
    try:
        return os.read(descriptor, 65536)
    except OSError:  # EIO: the other side is closed
        return b""


@pytest.mark.feature("CLI-13", "CLI-05")
def test_progress_as_the_prd_draws_it(shop):
    sha = shop.commit()
    result = shop.run(*DEPLOY)
    assert result.exit_code == 0
    assert result.stderr == ""
    lines = result.stdout.splitlines()
    assert lines[:2] == ["Deploying shop → production (bare-metal/localhost)", ""]
    steps = lines[2 : lines.index("", 2)]
    assert steps.index("  ✓ Pre-flight checks passed") < steps.index("  ✓ Health check passed")
    assert all(re.match(r"  (✓|⟳|-) |      ", line) for line in steps)
    assert f"  ✓ Code updated ({sha[:7]})" in steps
    assert any(line.startswith("  ⟳ ") and line.endswith("...") for line in steps)
    end = lines[lines.index("", 2) + 1 :]
    assert end[:2] == ["✓ Deployment successful!", f"  Version: — → {sha[:7]}"]
    assert re.fullmatch(r"  Duration: \d+\.\ds", end[2])
    assert end[3] == "  Target: bare-metal/localhost"


def test_a_failure_says_what_was_done_about_it_and_what_to_type_next(shop):
    good = shop.commit()
    shop.deploy()
    shop.commit("sick")
    result = shop.run(*DEPLOY)
    assert result.exit_code == 1
    assert "  ↩ Going back: " in result.stdout
    lines = [line for line in result.stderr.splitlines() if line]
    assert lines[0].startswith("✗ Deployment failed: ")
    assert lines[1] == f"  Rolled back to {good[:7]}, which is healthy again."
    assert lines[-1] == "Next: fraisier logs dep_00002"


@pytest.mark.feature("CLI-41")
def test_status_tells_the_last_failure_and_what_the_service_wrote(shop):
    good = shop.commit()
    shop.deploy()
    shop.commit("sick")
    shop.deploy()
    result = shop.run("status", "shop", "production")
    assert result.exit_code == 0
    assert f"  Version:       {good[:7]}\n" in result.stdout
    assert f"  Observed:      running, version {good[:7]}\n" in result.stdout
    assert "  Last failure:  dep_00002 (rolled_back)" in result.stdout
    assert "starting " in result.stdout.partition("The service's last lines:")[2]
    assert "starting " in shop.run("logs", "shop", "production", "--tail", "5").stdout


def test_nothing_to_do(shop):
    sha = shop.commit()
    shop.deploy()
    result = shop.run(*DEPLOY)
    assert result.exit_code == 0
    assert result.stdout == (
        f"shop → production is up to date ({sha[:7]}). Nothing to do; --force deploys it again.\n"
    )
    answer = shop.run(*DEPLOY, "--json").json
    assert (answer["deployment_id"], answer["status"]) == (None, "up_to_date")


def test_json_is_alone_on_standard_output_and_progress_beside_it(shop):
    shop.commit()
    result = shop.run(*DEPLOY, "--json")
    assert set(json.loads(result.stdout)) == {
        "schema",
        "deployment_id",
        "request_id",
        "kind",
        "fraise",
        "environment",
        "status",
        "old_version",
        "new_version",
        "duration_seconds",
        "error",
        "not_undone",
        "warnings",
        "hosts",
        "steps",
    }
    assert "  ✓ Health check passed" in result.stderr


def test_a_terminal_gets_colours_and_seconds(shop):
    shop.commit()
    code, drawn = on_a_terminal(shop, *DEPLOY)
    assert code == 0
    assert "\x1b[32m" in drawn
    assert re.search(r"✓ Code updated[^\n]*\d\.\ds", drawn)
    assert "✓ Deployment successful!" in drawn
    assert drawn.count("\x1b[?25l") == drawn.count("\x1b[?25h"), "the cursor comes back"


def test_a_terminal_that_wants_no_colours_gets_none(shop):
    shop.commit()
    code, drawn = on_a_terminal(shop, *DEPLOY, NO_COLOR="1")
    assert code == 0
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", drawn)
    assert "✓ Deployment successful!" in drawn


def test_a_terminal_without_utf8_gets_ascii(shop):
    shop.commit()
    code, drawn = on_a_terminal(shop, *DEPLOY, PYTHONIOENCODING="ascii")
    assert code == 0
    assert drawn.isascii()
    assert "+ Deployment successful!" in drawn
    result = shop.run("history", env={"PYTHONIOENCODING": "ascii"})
    assert "- -> " in result.stdout


@pytest.mark.feature("CLI-08", "ETC-07")
@pytest.mark.parametrize(
    ("option", "env"),
    [(["--verbose"], {}), ([], {"RUST_LOG": "debug"}), ([], {"FRAISIER_LOG": "fraisier=debug"})],
)
def test_log_records_where_they_are_asked_for(shop, option, env):
    shop.commit()
    assert "DEBUG" not in shop.run(*DEPLOY, "--dry-run").output
    result = shop.run(*DEPLOY, *option, env=env)
    assert result.exit_code == 0
    assert re.search(
        r"^\d{4}-\d\d-\d\dT.* INFO fraisier.* \[req_00001 dep_00001 check_health\] check_health done",
        result.stderr,
        re.MULTILINE,
    )
    assert re.search(
        r" DEBUG fraisier.* dep_00001 build_release\] beginning build_release$", result.stderr, re.MULTILINE
    )


def test_a_reader_that_leaves_changes_nothing(shop):
    sha = shop.commit()
    done = subprocess.run(
        ["bash", "-c", f"{shop.fraisier} deploy shop production | true; echo ${{PIPESTATUS[0]}}"],
        env=shop.env,
        cwd=shop.root,
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("0\n", "")
    assert shop.live_version() == sha
