"""Jobs in containers: each run in one of its own, of the image that is live, and nothing of it stays."""

import pytest

from tests.support.compose_shop import FILES, SshComposeShop
from tests.support.host_shop import UNITS, HostShop
from tests.support.processes import until

pytestmark = [pytest.mark.docker, pytest.mark.timeout(400)]

STACK = """\
services:
  tool:
    build: .
    entrypoint: []
    command: [sh, -c, 'echo "own command of $$(cat /app/label)"']
    restart: always
    depends_on: [store]
  store:
    image: fraisier-test-base
    command: [sleep, "100000"]
    stop_signal: KILL
"""
SAY = ["sh", "-c", 'echo "$FRAISIER_JOB of $(cat /app/label): $WORDS"']


def configure(shop, type_, jobs, **more):
    environment = shop.environment(health_check=None, env_vars={"WORDS": 'a "b" $c'}, jobs=jobs, **more)
    environment["service"] = "tool"
    shop.write_config({"fraises": {"shop": {"type": type_, "environments": {"production": environment}}}})


def commit(shop, **files):
    return shop.commit(**{"compose.yaml": STACK, **files})


def run(shop, job):
    """A run of this job, and what it printed."""
    ran = shop.run("job", "run", "shop", "production", job, "--json", timeout=120)
    return ran.json, shop.run("logs", ran.json["deployment_id"]).stdout


def only(shop, *services):
    """Whether these have containers and nobody else; that of a run goes by itself."""
    label = '{{.Label "com.docker.compose.service"}}'
    ours = f"name=fraisier-{shop.installation}"
    return until(
        lambda: (
            sorted(shop.engine.docker("ps", "--all", "--filter", ours, "--format", label).split())
            == sorted(services)
        ),
        10,
    )


@pytest.mark.feature("TYP-03", "PRV-04")
def test_a_run_has_the_image_that_is_live_and_leaves_nothing(shop):
    jobs = {
        "say": {"schedule": "0 2 * * *", "script": SAY},
        "bad": {"schedule": "0 4 * * *", "script": ["sh", "-c", "exit 7"]},
        "long": {"schedule": "0 5 * * *", "script": "sleep 1000", "timeout": "3s"},
    }
    configure(shop, "scheduled", jobs)
    first = commit(shop)
    answer = shop.deploy()
    assert answer["status"] == "success", answer["error"]
    assert only(shop, "store")
    [store] = shop.containers()
    answer, said = run(shop, "say")
    assert (answer["status"], answer["new_version"]) == ("success", first)
    assert 'say of v1: a "b" $c' in said
    answer, _ = run(shop, "bad")
    assert answer["status"] == "failed"
    assert "exit code 7" in answer["error"]["message"]
    answer, _ = run(shop, "long")
    assert (answer["status"], "not done after 3 s" in answer["error"]["message"]) == ("failed", True), answer
    assert only(shop, "store")
    seen = shop.status()["observed"]
    assert (seen["running"], seen["version"]) == (True, first)
    assert shop.run("drift", "shop", "production").exit_code == 0
    shop.engine.docker("kill", store["Id"])
    assert shop.status()["observed"]["running"] is False
    assert shop.run("start", "shop", "production").exit_code == 0
    assert shop.status()["observed"]["running"] is True
    commit(shop)
    assert shop.deploy()["status"] == "success"
    assert "say of v2:" in run(shop, "say")[1]
    assert shop.rollback()["new_version"] == first
    assert "say of v1:" in run(shop, "say")[1]
    assert only(shop, "store")
    assert [one["Id"] for one in shop.containers()] == [store["Id"]]


@pytest.mark.feature("TYP-03")
def test_a_machine_runs_jobs_in_the_image_that_it_builds(shop):
    """There is no Compose file, and nothing to bring up."""
    place = {
        "git_repo": str(shop.repository.origin),
        "app_path": str(shop.app_path()),
        "deployment_type": "docker_build",
        "env_vars": {"WORDS": "words"},
        "jobs": {"say": {"schedule": "0 2 * * *", "script": SAY}},
    }
    shop.write_config({"fraises": {"shop": {"type": "scheduled", "environments": {"production": place}}}})
    shop.commit()
    assert shop.deploy()["status"] == "success"
    assert shop.status()["observed"]["running"] is True
    assert "say of v1: words" in run(shop, "say")[1]
    assert only(shop)
    assert shop.run("start", "shop", "production").exit_code == 2


@pytest.mark.feature("TYP-02")
def test_a_pipeline_that_fails_with_its_version_brings_the_old_one_back(shop):
    """It runs when what it needs is up."""
    load = ["sh", "-c", "grep -q ok /app/mode && ping -c 1 -W 9 store"]
    configure(shop, "etl", {"load": {"script": load}})
    good = commit(shop)
    answer = shop.deploy()
    assert answer["status"] == "success", answer["error"]
    shop.repository.commit("sick", files={"compose.yaml": STACK})
    answer = shop.deploy()
    assert answer["status"] == "rolled_back", answer
    assert [left["what"] for left in answer["not_undone"]] == ["whatever the job load did"]
    seen = shop.status()["observed"]
    assert (seen["running"], seen["version"]) == (True, good)
    assert only(shop, "store")


@pytest.mark.feature("TYP-04")
def test_a_backup_over_ssh_is_made_proved_and_restored_in_containers(docker_hosts, tmp_path, short_folder):
    machine, engine = docker_hosts[0]
    shop = SshComposeShop(tmp_path, short_folder, [machine], [engine])
    try:
        daily = {
            "schedule": "0 2 * * *",
            "backup_path": f"{machine.shared}/backups-{short_folder.name}",
            "script": ["sh", "-c", 'cp /app/label "$BACKUP_FILE"'],
            "restore_test": ["sh", "-c", 'cmp "$BACKUP_FILE" /app/label'],
            "restore": ["sh", "-c", 'echo "back to $(cat "$BACKUP_FILE")"'],
            "sync": ["sh", "-c", f'cp "$BACKUP_FILE" {shop.there}/copy'],
        }
        configure(shop, "backup", {"daily": daily})
        commit(shop)
        answer = shop.deploy()
        assert answer["status"] == "success", answer["error"]
        answer, _ = run(shop, "daily")
        assert answer["status"] == "success", answer["error"]
        assert shop.seen(shop.there / "copy").read_text() == "v1\n"
        [row] = shop.run("backup", "list", "shop", "production", "--json").json
        assert row["good"] is True
        restored = shop.run("backup", "restore", "shop", "production", "--yes", "--json", timeout=120).json
        assert restored["status"] == "success", restored
        assert "back to v1" in shop.run("logs", restored["deployment_id"]).stdout
        assert only(shop, "store")
    finally:
        shop.close()


@pytest.mark.feature("TYP-03")
def test_a_timer_runs_it(docker_hosts):
    """Fraisier is on a machine with systemd and Docker."""
    machine, engine = docker_hosts[1]
    folder = machine.shared / "timed"
    folder.mkdir()
    shop = HostShop(folder, machine)
    engine.settings(shop.home)
    try:
        environment = {
            "provider": "docker_compose",
            "git_repo": str(shop.repository.origin),
            "app_path": str(shop.app_path()),
            "service": "tool",
            "jobs": {"own": {"schedule": "0 2 * * *"}},
        }
        place = {"type": "scheduled", "environments": {"production": environment}}
        shop.write_config({"fraises": {"shop": place}})
        sha = shop.repository.commit(files={**FILES, "compose.yaml": STACK})
        answer = shop.deploy()
        assert answer["status"] == "success", answer["error"]
        [timer] = [
            path
            for path in shop.outside(UNITS).glob("fraisier-*.timer")
            if str(shop.config) in path.with_suffix(".service").read_text()
        ]
        assert "02:00:00" in timer.read_text()
        assert shop.systemctl("is-active", timer.name).strip() == "active"
        shop.systemctl("start", timer.with_suffix(".service").name)
        [row] = shop.rows("SELECT status, triggered_by, new_version FROM tb_deployment WHERE job = 'own'")
        assert row == {"status": "success", "triggered_by": "scheduled", "new_version": sha}
        assert "own command of v1" in shop.run("logs", "dep_00002").stdout
    finally:
        shop.close()
