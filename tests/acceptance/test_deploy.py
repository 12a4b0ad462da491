"""A commit becomes a healthy service."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support import processes


@pytest.mark.feature("CLI-05", "TYP-01", "DEP-02", "DEP-11", "CFG-01", "CFG-04", "DB-01")
def test_a_first_deployment_to_an_empty_place(shop):
    sha = shop.commit()
    answer = shop.deploy()
    assert answer["status"] == "success"
    assert answer["schema"] == 1
    assert answer["kind"] == "deploy"
    assert (answer["fraise"], answer["environment"]) == ("shop", "production")
    assert (answer["old_version"], answer["new_version"]) == (None, sha)
    assert answer["deployment_id"] == "dep_00001"
    assert answer["error"] is None
    assert answer["not_undone"] == []
    assert answer["duration_seconds"] > 0
    assert {step["status"] for step in answer["steps"]} <= {"done", "skipped"}
    assert shop.live_version() == sha
    current = shop.app_path() / "current"
    assert current.is_symlink()
    assert [current.resolve().name] == shop.releases()
    assert shop.releases()[0].endswith(sha[:7])


@pytest.mark.feature("CLI-13")
def test_progress_is_drawn_as_documented(shop):
    first = shop.commit()
    shop.deploy()
    second = shop.commit()
    result = shop.run("deploy", "shop", "production")
    assert result.exit_code == 0
    lines = [line.strip() for line in result.output.splitlines()]
    assert lines[0].startswith("Deploying shop → production")
    assert "✓ Pre-flight checks passed" in lines
    assert f"✓ Code updated ({second[:7]})" in lines
    assert "✓ Health check passed" in lines
    assert "✓ Deployment successful!" in lines
    assert f"Version: {first[:7]} → {second[:7]}" in " ".join(result.output.split())
    assert "Duration: " in result.output
    assert "Target: " in result.output


@pytest.mark.feature("DEP-03", "DEP-04", "DEP-13")
def test_a_new_commit_is_noticed_without_force(shop):
    first = shop.commit()
    shop.deploy()
    second = shop.commit()
    answer = shop.deploy()
    assert (answer["old_version"], answer["new_version"]) == (first, second)
    assert shop.live_version() == second


@pytest.mark.feature("DEP-13")
def test_the_same_commit_is_up_to_date(shop):
    shop.commit()
    shop.deploy()
    pid = shop.about()["pid"]
    answer = shop.deploy()
    assert answer["status"] == "up_to_date"
    assert answer["deployment_id"] is None
    assert len(shop.history()) == 1
    assert shop.about()["pid"] == pid


@pytest.mark.feature("CLI-07")
def test_force_deploys_the_same_version_again(shop):
    sha = shop.commit()
    shop.deploy()
    pid = shop.about()["pid"]
    answer = shop.deploy("production", "--force")
    assert answer["status"] == "success"
    assert (answer["old_version"], answer["new_version"]) == (sha, sha)
    assert shop.about()["pid"] != pid
    assert len(shop.history()) == 2


@pytest.mark.feature("CLI-09", "DEP-26")
@pytest.mark.parametrize("name", ["full", "short", "tag"])
def test_a_commit_can_be_named(shop, name):
    first = shop.commit()
    shop.repository.tag("1.2.3")
    shop.commit()
    asked = {"full": first, "short": first[:7], "tag": "1.2.3"}[name]
    result = shop.run("deploy", "shop", "production", "--commit", asked)
    assert result.exit_code == 0
    assert "→ 1.2.3" in result.output
    assert shop.live_version() == first


def test_promoting_one_commit_through_three_environments_on_one_host(shop):
    through = ("development", "staging", "production")
    shop.configure(environments={name: {} for name in through})
    sha = shop.commit()
    assert shop.deploy("development")["status"] == "success"
    newer = shop.commit()
    for name in through[1:]:
        assert shop.deploy(name, "--commit", sha)["status"] == "success"
    assert [shop.live_version(name) for name in through] == [sha, sha, sha]
    shop.deploy("development")
    assert [shop.live_version(name) for name in through] == [newer, sha, sha]


def test_two_environments_side_by_side(shop):
    shop.configure(environments={"blue": {"branch": "main"}, "green": {"branch": "next"}})
    blue = shop.commit()
    shop.repository.branch("next")
    green = shop.commit()
    with ThreadPoolExecutor() as pool:
        statuses = [answer["status"] for answer in pool.map(shop.deploy, ["blue", "green"])]
    assert statuses == ["success", "success"]
    assert (shop.live_version("blue"), shop.live_version("green")) == (blue, green)
    assert shop.about("blue")["pid"] != shop.about("green")["pid"]


def test_a_force_pushed_branch_deploys(shop):
    first = shop.commit()
    shop.commit()
    shop.deploy()
    rewritten = shop.repository.push_force(first)
    answer = shop.deploy()
    assert (answer["status"], answer["new_version"]) == ("success", rewritten)
    assert shop.live_version() == rewritten


def test_a_branch_forced_back_to_an_older_commit_deploys_it(shop):
    first = shop.commit()
    shop.commit()
    shop.deploy()
    shop.repository.git("reset", "--quiet", "--hard", first)
    shop.repository.push(force=True)
    assert shop.deploy()["status"] == "success"
    assert shop.live_version() == first


@pytest.mark.feature("DEP-05")
def test_the_build_runs_in_the_release_before_the_migration(shop):
    ledger = shop.root / "ledger"
    shop.configure(
        database={"migrate": 'sh -c "cat built && ./migrate.sh"'}, env_vars={"LEDGER": str(ledger)}
    )
    shop.commit()
    answer = shop.deploy()
    assert answer["status"] == "success", answer
    assert shop.about()["built"] == "v1"
    assert ledger.read_text() == "v1\n"


def test_a_slow_start_is_waited_for(shop):
    shop.configure(health_check={"retries": 20})
    sha = shop.commit("slow")
    assert shop.deploy()["status"] == "success"
    assert shop.live_version() == sha


def test_a_service_that_ignores_sigterm_is_replaced(shop):
    shop.configure(service={"stop_timeout": 1})
    shop.commit("stubborn")
    shop.deploy()
    old = shop.about()["pid"]
    sha = shop.commit()
    assert shop.deploy()["status"] == "success"
    assert shop.live_version() == sha
    assert not processes.alive(old)


@pytest.fixture
def squatter(shop):
    """Something else that answers 200 on the service's port."""
    code = (
        "import http.server as h, sys\n"
        "class A(h.BaseHTTPRequestHandler):\n"
        "    def do_GET(self): self.send_response(200); self.end_headers()\n"
        "    def log_message(self, *a): pass\n"
        "h.HTTPServer(('127.0.0.1', int(sys.argv[1])), A).serve_forever()\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(shop.port())])
    try:
        assert processes.until(lambda: _listening(shop.port()))
        yield process
    finally:
        process.kill()
        process.wait()


def _listening(port):
    import socket

    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_stranger_that_answers_on_the_port_is_not_the_new_version(shop, squatter):
    shop.commit("patient")
    answer = shop.deploy()
    assert answer["status"] == "failed"
    assert str(shop.port()) in answer["error"]["message"]
    assert squatter.poll() is None


def test_an_old_process_that_still_holds_the_port_does_not_pass_as_the_new_one(shop):
    shop.configure(service={"stop_timeout": 2})
    first = shop.commit("escaped")
    shop.deploy()
    assert shop.live_version() == first
    second = shop.commit("patient")
    answer = shop.deploy()
    if answer["status"] == "success":
        assert shop.live_version() == second
    else:
        assert answer["status"] in {"rolled_back", "rollback_failed"}
        assert str(shop.port()) in answer["error"]["message"]
        assert shop.history()[0]["status"] != "success"
