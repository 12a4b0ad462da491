"""Jobs: deployed like a service, run when somebody asks, and remembered each on its own."""

import subprocess

import pytest

from tests.support.processes import until
from tests.support.running import running

NOTE = '#!/bin/sh\necho "$1 $(cat label) $FRAISIER_JOB $NAME" >> "$LEDGER"\necho "said by $1"\n'
WAITS = '#!/bin/sh\necho begun >> "$LEDGER"\nwhile [ ! -e "$LEDGER.go" ]; do sleep 0.05; done\necho ended >> "$LEDGER"\n'


@pytest.fixture
def yard(shop):
    """A shop that has jobs instead of a service."""
    shop.ledger = shop.root / "ledger"
    shop.ledger.touch()

    def configure(jobs, type_="scheduled", **more):
        environment = shop.environment(service=None, health_check=None, **more)
        environment |= jobs if type_ == "etl" else {"jobs": jobs}
        environment["env_vars"] = {"LEDGER": str(shop.ledger), "NAME": "ada"}
        shop.write_config({"fraises": {"shop": {"type": type_, "environments": {"production": environment}}}})

    shop.jobs = configure
    shop.notes = lambda: shop.ledger.read_text().splitlines()
    return shop


def job(script, **more):
    return {"schedule": "0 2 * * *", "script": script, **more}


def commit(shop, mode="ok", **files):
    for name, text in {"note.sh": NOTE, "wait.sh": WAITS, **files}.items():
        path = shop.repository.work / name
        path.write_text(text)
        path.chmod(0o755)
    return shop.commit(mode)


def run(shop, *arguments, exit_code=0):
    done = shop.run("job", "run", "shop", "production", *arguments, "--json")
    assert done.exit_code == exit_code, done
    return done.json


@pytest.mark.feature("TYP-03", "DB-19")
def test_a_job_runs_in_the_live_version_and_its_result_is_its_own(yard):
    yard.jobs({"daily": job("./note.sh daily"), "broken": job("sh -c 'echo why; exit 3'")})
    first = commit(yard)
    early = yard.run("job", "run", "shop", "production", "daily")
    assert early.exit_code == 1
    assert "fraisier deploy shop production" in early.stderr
    deployed = yard.run("deploy", "shop", "production")
    assert deployed.exit_code == 0, deployed
    assert yard.notes() == []
    answer = run(yard, "daily")
    assert (answer["kind"], answer["status"], answer["new_version"]) == ("job", "success", first)
    assert yard.notes() == ["daily v1 daily ada"]
    assert "said by daily" in yard.run("logs", answer["deployment_id"]).stdout
    failed = run(yard, "broken", exit_code=1)
    assert failed["status"] == "failed"
    assert "exit code 3" in failed["error"]["message"]
    assert "why" in failed["error"]["message"]
    daily, broken = yard.run("job", "list", "shop", "--json").json
    assert (daily["last_run"]["status"], broken["last_run"]["status"]) == ("success", "failed")
    assert daily["schedule"] == "0 2 * * *"
    rows = yard.rows("SELECT job, status, current_version FROM tb_fraise_state ORDER BY job")
    assert [(row["job"], row["status"]) for row in rows] == [
        ("", rows[0]["status"]),
        ("broken", "down"),
        ("daily", "healthy"),
    ]
    kinds = [(row["kind"], row["job"]) for row in yard.history()]
    assert kinds == [("job", "broken"), ("job", "daily"), ("deploy", "")]
    assert yard.run("stats", "--json").json["total"] == 1
    second = commit(yard)
    assert yard.deploy()["status"] == "success"
    assert run(yard, "daily", "--scheduled")["new_version"] == second
    assert yard.rows("SELECT triggered_by FROM tb_deployment ORDER BY pk_deployment DESC")[0] == {
        "triggered_by": "scheduled"
    }


def test_where_nothing_starts_jobs_that_is_said(yard):
    yard.jobs({"daily": job("./note.sh daily"), "late": job("./note.sh late", timezone="Asia/Tokyo")})
    commit(yard)
    shown = yard.run("deploy", "shop", "production")
    lines = [line.strip() for line in shown.output.splitlines()]
    [_, late] = (line for line in lines if line.startswith("0 2 * * * "))
    assert lines[lines.index(late) - 1] == "# meant for the clock of Asia/Tokyo"
    as_cron = {"env": {"PATH": "/usr/bin:/bin"}, "cwd": "/"}
    subprocess.run(["sh", "-c", late.split(maxsplit=5)[5]], check=True, **as_cron)
    assert len(yard.notes()) == 1
    yard.jobs({"daily": job("./note.sh daily")})
    seen = yard.run("status", "shop", "production")
    assert "daily" in seen.output
    assert "never" in seen.output
    run(yard)
    assert "success" in yard.run("status", "shop", "production").output
    silent = yard.run("logs", "shop", "production")
    assert "fraisier job list shop production" in silent.stderr
    assert "tail:" not in seen.output + silent.output
    assert "fraisier job list" in yard.run("stop", "shop", "production").stderr
    listed = yard.run("list").output
    assert "daily (0 2 * * *)" in listed


@pytest.mark.feature("TYP-02", "CFG-23")
def test_a_job_waits_for_the_success_of_another(yard):
    yard.jobs({"first": job("./note.sh first"), "then": job("./note.sh then", depends_on="first")})
    commit(yard)
    yard.deploy()
    refused = run(yard, "then", exit_code=1)
    assert "depends on first, which has never run" in refused["error"]["message"]
    run(yard, "first")
    run(yard, "then")
    assert [note.split()[0] for note in yard.notes()] == ["first", "then"]
    broken = NOTE + "exit 9\n"
    commit(yard, **{"note.sh": broken})
    yard.deploy()
    run(yard, "first", exit_code=1)
    refused = run(yard, "then", exit_code=1)
    assert "whose last run ended as failed" in refused["error"]["message"]


@pytest.mark.feature("CFG-34")
def test_dependencies_is_the_same_key_for_scheduled_and_etl(yard):
    def fraise(name, type_, jobs):
        environment = yard.environment(name, service=None, health_check=None, **jobs)
        return {"type": type_, "environments": {"production": environment}}

    fraises = {
        "extract": fraise(
            "extract",
            "scheduled",
            {"jobs": {"daily": job("true"), "late": job("true", dependencies="daily")}},
        ),
        "load": fraise("load", "etl", {"script_path": "note.sh", "dependencies": ["extract/late"]}),
    }
    yard.write_config({"fraises": fraises})
    commit(yard)

    def said(*words):
        done = yard.run(*words, "--json")
        return done.exit_code, (done.json["error"] or {}).get("message", "")

    assert said("deploy", "extract", "production")[0] == 0
    for early, lacks in (
        (("job", "run", "extract", "production", "late"), "daily"),
        (("deploy", "load", "production"), "extract/late"),  # what has no schedule runs with its deployment
    ):
        code, message = said(*early)
        assert code == 1
        assert f"depends on {lacks}, wh" in message
    assert said("job", "run", "extract", "production", "daily")[0] == 0
    assert said("job", "run", "extract", "production", "late")[0] == 0
    assert said("deploy", "load", "production")[0] == 0


def test_jobs_run_beside_each_other_and_a_deployment_has_the_environment_for_itself(yard):
    yard.jobs({"long": job("./wait.sh"), "short": job("./note.sh short")})
    first = commit(yard)
    yard.deploy()
    second = commit(yard)
    with running(yard, "job", "run", "shop", "production", "long", "--json") as long:
        assert until(lambda: "begun" in yard.notes(), 20)
        run(yard, "short")
        busy = yard.run("deploy", "shop", "production", "--wait-lock", "0.3")
        assert busy.exit_code == 3
        assert "the job long (dep_" in busy.stderr
        assert "fraisier cancel dep_" in busy.stderr
        assert yard.run("deploy", "shop", "production", "--skip-if-locked").exit_code == 3
        told = yard.run("why", "shop", "production", "--job", "long", "--json").json
        assert (told["state"], told["step"]["name"]) == ("running", "run_job")
        assert "production/long" in yard.run("lock", "list").stdout
        again = yard.run("job", "run", "shop", "production", "long", "--skip-if-locked")
        assert again.exit_code == 3
        with running(yard, "deploy", "shop", "production", "--json") as deploying:
            pending = "SELECT 1 FROM tb_deployment_request WHERE status = 'pending'"
            assert until(lambda: yard.rows(pending), 20)
            (yard.root / "ledger.go").touch()
            code, answer = long.end()
            assert (code, answer["new_version"]) == (0, first)
            code, answer = deploying.end()
            assert (code, answer["new_version"]) == (0, second)
    assert yard.notes()[-1] == "ended"


def test_a_deployment_may_fail_instead_of_waiting(yard):
    yard.jobs({"long": job("./wait.sh")}, on_running_job="fail")
    commit(yard)
    yard.deploy()
    with running(yard, "job", "run", "shop", "production") as long:
        assert until(lambda: "begun" in yard.notes(), 20)
        refused = yard.run("deploy", "shop", "production", "--force")
        assert refused.exit_code == 3
        assert "on_running_job is fail: the job long" in refused.stderr
        (yard.root / "ledger.go").touch()
        assert long.end()[0] == 0


@pytest.mark.feature("TYP-02")
def test_an_etl_proves_itself_by_its_run(yard):
    yard.jobs({"script_path": "note.sh"}, "etl")
    first = commit(yard)
    assert yard.deploy()["status"] == "success"
    assert yard.notes() == [" v1 etl ada"]
    commit(yard, **{"note.sh": NOTE + "exit 4\n"})
    answer = yard.deploy()
    assert (answer["status"], answer["error"]["code"]) == ("failed", "command_failed")
    assert "exit code 4" in answer["error"]["message"]
    assert [left["what"] for left in answer["not_undone"]] == ["whatever the job etl did"]
    assert yard.status()["current_version"] == first
    assert run(yard)["new_version"] == first
    assert "said by" in yard.run("logs", "dep_00002").stdout


def test_a_run_is_cancelled_and_one_whose_process_died_is_ended_by_the_next(yard):
    yard.jobs({"long": job("./wait.sh")})
    commit(yard)
    yard.deploy()
    with running(yard, "job", "run", "shop", "production", "--json") as long:
        assert until(lambda: "begun" in yard.notes(), 20)
        assert yard.run("cancel", "dep_00002").exit_code == 0
        code, answer = long.end()
        assert (code, answer["status"]) == (1, "cancelled")
    yard.env["FRAISIER_LEASE_SECONDS"] = "1"
    with running(yard, "job", "run", "shop", "production") as long:
        assert until(lambda: yard.notes().count("begun") == 2, 20)
        long.process.kill()
    assert yard.deploy("production", "--force")["status"] == "success"
    kinds = [(row["kind"], row["status"]) for row in yard.history()]
    assert kinds[:3] == [("deploy", "success"), ("recovery", "failed"), ("job", "failed")]
    assert yard.processes() == {}
