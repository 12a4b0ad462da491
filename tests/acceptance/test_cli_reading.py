"""What people ask without changing anything: status-all, stats, test, webhooks, validate, completion."""

import subprocess
import time

import pytest

from fraisier.database import Database
from tests.support import github
from tests.support.processes import until
from tests.support.shop import SECRET

PAST = "2026-01-15T10:00:00.000000Z"


@pytest.fixture
def recorded(shop):
    """Deployments of two environments and two fraises, run by something else."""
    with Database(shop.database) as database:
        for number, status in enumerate(["success", "success", "failed", "rolled_back"]):
            database.record_deployment("shop", "production", status=status, duration_seconds=10.0 + number)
        database.record_deployment("shop", "staging", status="success", duration_seconds=20.0)
        database.record_deployment("cellar", "production", status="rollback_failed", duration_seconds=2.0)
    return shop


@pytest.fixture
def two(shop):
    shop.configure(environments={"staging": {}, "production": {}})
    return shop


@pytest.mark.feature("CLI-16", "CLI-17")
def test_status_all_shows_every_environment_of_the_file(two):
    sha = two.commit()
    assert (answer := two.deploy())["status"] == "success", answer
    rows = two.run("status-all", "--json").json
    assert [(row["environment"], row["status"], row["current_version"]) for row in rows] == [
        ("staging", "unknown", None),
        ("production", "healthy", sha),
    ]
    assert {row["schema"] for row in rows} == {1}
    assert set(rows[0]) == set(rows[1])
    lines = two.run("status-all").stdout.splitlines()
    assert len(lines) == 3
    assert "production" in lines[2]
    assert sha[:7] in lines[2]
    only = two.run("status-all", "--environment", "production").stdout
    assert "staging" not in only
    assert "production" in only
    wrong = two.run("status-all", "--environment", "producton")
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert "production" in wrong.stderr


def test_status_all_names_what_went_wrong_and_what_is_held(shop):
    shop.commit()
    shop.deploy()
    shop.commit("sick")
    shop.deploy()
    [row] = shop.run("status-all", "--json").json
    assert (row["deployment_status"], row["last_deployment_id"]) == ("rolled_back", "dep_00002")
    assert row["hold_since"]
    assert "held: " in shop.run("status-all").stdout


def test_status_all_shows_who_deploys_now(shop):
    shop.commit("slow")
    shop.configure(health_check={"initial_delay": 8})
    with subprocess.Popen(
        [shop.fraisier, "deploy", "shop", "production"],
        env=shop.env,
        cwd=shop.root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as deploying:

        def running():
            [row] = shop.run("status-all", "--json").json
            return row["lock"] and row["lock"]["deployment_id"]

        assert until(lambda: running() == "dep_00001", 30)
        assert "dep_00001 runs, by " in shop.run("status-all").stdout
        assert deploying.wait(60) == 0


@pytest.mark.feature("CLI-23", "CLI-24", "CLI-44")
def test_stats_count_how_deployments_ended(recorded):
    with Database(recorded.database) as database:
        database.record_deployment("shop", "production", status="failed", started_at=PAST, completed_at=PAST)
    everything = recorded.run("stats", "--days", "7", "--json").json
    assert {
        key: everything[key]
        for key in ("days", "total", "successful", "failed", "rolled_back", "success_rate")
    } == {
        "days": 7,
        "total": 6,
        "successful": 3,
        "failed": 1,
        "rolled_back": 2,
        "success_rate": 50.0,
    }
    assert everything["avg_duration"] == pytest.approx(68 / 6)
    one = recorded.run("stats", "--fraise", "shop", "--days", "7", "--json").json
    assert (one["total"], one["rolled_back"], len(one["environments"])) == (5, 1, 2)
    assert recorded.run("stats", "shop", "production", "--days", "30000", "--json").json["total"] == 5
    header, *lines = recorded.run("stats", "--days", "7").stdout.splitlines()
    for heading in ("Total", "Successful", "Failed", "Rolled back", "Average", "Success rate"):
        assert heading in header
    assert lines[-1].split() == ["All", "6", "3", "1", "2", "11.3s", "50", "%"]
    assert recorded.run("stats", "--fraise", "shoop").exit_code == 2
    assert recorded.run("stats").stdout.splitlines()[-1] == lines[-1]


@pytest.mark.feature("CLI-31")
def test_test_asks_the_health_checks_now(shop):
    nothing = shop.run("test", "shop", "production")
    assert nothing.exit_code == 1
    assert "Nothing is deployed" in nothing.stderr
    shop.commit()
    shop.deploy()
    well = shop.run("test", "shop", "production")
    assert (well.exit_code, well.stderr) == (0, "")
    assert well.stdout == f"✓ http://127.0.0.1:{shop.port()}/health: status 200\n"
    shop.configure(
        health_check=[
            {"url": f"http://127.0.0.1:{shop.port()}/health"},
            {"url": f"http://127.0.0.1:{shop.port()}/health", "expected_status": 204, "retries": 99},
            {"url": f"http://127.0.0.1:{shop.port()}/health", "enabled": False},
        ]
    )
    before = shop.tree()
    sick = shop.run("test", "shop", "production", "--json")
    assert sick.exit_code == 1
    assert sick.json["healthy"] is False
    assert [check["status"] for check in sick.json["checks"]] == ["passed", "failed", "skipped"]
    assert "- " in shop.run("test", "shop", "production").stdout
    assert shop.tree() == before


def test_test_of_a_dead_service_fails_at_once(shop):
    shop.commit()
    shop.configure(health_check=None)
    shop.deploy()
    assert shop.run("test", "shop", "production").exit_code == 0
    for pid, words in shop.processes().items():
        if "app.py" in words or "supervisord" in words:
            subprocess.run(["kill", "-9", str(pid)], check=False)
    assert until(lambda: shop.run("test", "shop", "production").exit_code == 1, 20)


@pytest.mark.feature("CLI-25")
def test_webhooks_say_what_became_of_them(shop):
    shop.configure_webhook()
    assert shop.run("webhooks").stdout == "No webhooks yet.\n"
    first, second = shop.commit(), shop.commit()
    clone = str(shop.repository.origin)
    with shop.serving() as address:
        ours = github.push(clone_url=clone, before=first, after=second)
        assert github.send(address, ours, secret=SECRET).status == 202
        other = github.push(clone_url=clone, before=first, after=second, branch="feature")
        github.send(address, other, secret=SECRET)
        github.send(address, ours, secret="a stranger's")
        assert until(lambda: shop.rows("SELECT 1 FROM tb_deployment WHERE status = 'success'"), 30)
    rows = shop.run("webhooks", "--json").json
    assert rows[-1]["deployment_id"] == "dep_00001"
    lines = shop.run("webhooks").stdout.splitlines()[1:]
    assert len(lines) == len(rows)
    assert lines[-1].endswith("dep_00001")
    assert all("not processed: " in line and not line.endswith("not processed: ") for line in lines[:-1])
    assert len(shop.run("webhooks", "--limit", "1").stdout.splitlines()) == 2


def test_an_accepted_webhook_that_waits_says_so(shop):
    with Database(shop.database) as database:
        database.record_webhook_event("github", "push", branch="main", outcome="accepted")
    assert shop.run("webhooks").stdout.rstrip().endswith("not processed: it waits for an observer")


@pytest.mark.feature("CLI-27")
def test_validate_alone_is_config_validate(shop):
    assert shop.run("validate").stdout == shop.run("config", "validate").stdout
    assert shop.run("validate", "--json").json["valid"] is True
    assert "file" in shop.run("validate", "--help").stdout
    shop.config.write_text(shop.config.read_text().replace("branch:", "brunch:"))
    assert shop.run("validate").exit_code == 2


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_for_each_shell(shop, shell):
    result = shop.run("completion", shell)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "_FRAISIER_COMPLETE" in result.stdout


def test_the_script_of_bash_completes(shop):
    script = shop.run("completion", "bash").stdout
    (shop.root / "rc").write_text(script)
    asked = (
        f". {shop.root}/rc; COMP_WORDS=(fraisier status-); COMP_CWORD=1; _fraisier_completion fraisier; "
        'echo "${COMPREPLY[@]}"'
    )
    done = subprocess.run(
        ["bash", "-c", asked], env=shop.env, cwd=shop.root, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "status-all"


@pytest.mark.parametrize("arguments", [["list"], ["status-all"]])
def test_two_hundred_fraises_are_no_burden(shop, arguments):
    environment = shop.environment()
    fraises = {
        f"api_{number}": {
            "environments": {
                "production": {
                    **environment,
                    "app_path": f"/srv/{number}",
                    "service": {"command": "python3 app.py", "port": 10_000 + number},
                    "health_check": {"path": "/health"},
                }
            }
        }
        for number in range(200)
    }
    shop.write_config({"fraises": fraises})
    with Database(shop.database) as database:
        for name in fraises:
            database.record_deployment(name, "production", status="success", new_version="a" * 40)
    best = min(timed(shop, arguments) for _ in range(3))
    assert best < 3.0  # seconds, on a loaded machine; an idle one needs a tenth


def timed(shop, arguments):
    began = time.monotonic()
    result = shop.run(*arguments)
    took = time.monotonic() - began
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) >= 200
    return took
