"""Several hosts in one deployment: who changes when, and what one of them failing means for the others."""

from __future__ import annotations

import pytest

from tests.acceptance.targets.kinds import closing
from tests.support.processes import until
from tests.support.ssh_shop import SshShop

pytestmark = [pytest.mark.systemd, pytest.mark.timeout(600)]

ROLLING = {"deployment_strategy": "rolling"}
KEEP_GOING = {"on_host_failure": "keep_going"}


@pytest.fixture
def shop(fleet, tmp_path, short_folder):
    """A shop on web1, web2 and web3."""
    yield from closing(SshShop(tmp_path, short_folder, fleet))


@pytest.mark.feature("STR-01")
def test_rolling_goes_host_by_host_after_all_of_them_are_ready(shop):
    shop.configure_breakable(**ROLLING, batch_pause="0.1s")
    sha = shop.commit()
    assert shop.deploy()["status"] == "success"
    assert shop.live_versions() == [sha] * 3
    order = [
        (host, kind)
        for host, kind, _ in shop.steps_taken()
        if kind in {"build_release", "switch_release", "pause"}
    ]
    assert order == [
        ("web1", "build_release"),
        ("web2", "build_release"),
        ("web3", "build_release"),
        ("web1", "switch_release"),
        ("(here)", "pause"),
        ("web2", "switch_release"),
        ("(here)", "pause"),
        ("web3", "switch_release"),
    ]
    assert shop.host_states() == dict.fromkeys(shop.names, ("in_service", sha))
    seen = shop.status()["observed"]
    assert (seen["reachable"], seen["running"], seen["version"]) == (True, True, sha)
    assert {name: one["version"] for name, one in seen["hosts"].items()} == dict.fromkeys(shop.names, sha)
    assert "[web2] starting v1 (ok)" in shop.run("logs", "shop", "production").stdout
    last = shop.run("logs", "shop", "production", "--tail", "1").stdout.splitlines()
    assert [line.partition("]")[0] for line in last] == ["[web1", "[web2", "[web3"]


def test_what_changes_the_database_happens_on_one_host(shop):
    ledger = shop.there / "ledger"
    shop.configure_breakable(
        **ROLLING,
        migrate_on="web2",
        database={"migrate": "./migrate.sh"},
        env_vars={"LEDGER": str(ledger)},
        hooks={"post_deployment": [["sh", "-c", f"echo hook >> {ledger}"]]},
    )
    shop.commit()
    assert shop.deploy()["status"] == "success"
    lines = [shop.seen(ledger, n).read_text() if shop.seen(ledger, n).exists() else "" for n in range(3)]
    assert lines == ["", "v1\nhook\n", ""]


@pytest.mark.feature("DEP-05")
def test_one_host_that_fails_sends_all_of_them_back(shop):
    shop.configure_breakable(**ROLLING)
    good = shop.commit()
    shop.deploy()
    with shop.breaking(1):
        bad = shop.commit()
        answer = shop.deploy()
    assert (answer["status"], answer["new_version"]) == ("rolled_back", bad), answer
    assert shop.live_versions() == [good] * 3
    assert shop.host_states() == dict.fromkeys(shop.names, ("in_service", good))


def test_the_first_host_goes_ahead_alone(shop):
    shop.configure_breakable(**ROLLING, **KEEP_GOING, max_parallel_deployments="100%")
    good = shop.commit()
    shop.deploy()
    shop.commit("sick")
    answer = shop.deploy()
    assert answer["status"] == "rolled_back"
    assert shop.live_versions() == [good] * 3
    touched = {
        host for host, kind, status in shop.steps_taken() if kind == "switch_release" and status != "pending"
    }
    assert touched == {"web1"}


def test_keep_going_brings_back_only_the_host_that_fails_and_only_failed_repeats_it(shop):
    shop.configure_breakable(**ROLLING, **KEEP_GOING)
    with shop.breaking(1):
        good = shop.commit()
        result = shop.run("deploy", "shop", "production", "--json")
        answer = result.json
    assert (result.exit_code, answer["status"]) == (1, "failed")
    assert shop.live_versions() == [good, None, good]
    assert answer["hosts"]["web2"]["version"] is None
    assert {name: one["status"] for name, one in answer["hosts"].items()} == dict.fromkeys(
        shop.names, "in_service"
    )
    seen = shop.status()
    assert (seen["status"], seen["current_version"]) == ("degraded", good)
    assert {name: one["version"] for name, one in seen["hosts"].items()} == {
        "web1": good,
        "web2": None,
        "web3": good,
    }
    assert seen["hosts"]["web2"]["note"] == answer["hosts"]["web2"]["note"]
    assert "    web2: in service, version —, " in shop.run("status", "shop", "production").stdout
    again = shop.deploy("production", "--only-failed")
    assert (again["status"], again["new_version"]) == ("success", good)
    assert {host for host, _, _ in shop.steps_taken()} == {"web2", "(here)"}
    assert shop.live_versions() == [good] * 3
    assert shop.status()["status"] == "healthy"
    assert shop.deploy("production", "--only-failed")["status"] == "up_to_date"


def test_keep_going_leaves_out_a_host_that_does_not_answer(shop):
    shop.configure_breakable(**ROLLING, **KEEP_GOING)
    first = shop.commit()
    shop.deploy()
    second = shop.commit()
    with shop.apart(2):
        result = shop.run("deploy", "shop", "production", "--json", timeout=120)
        assert (result.exit_code, result.json["hosts"]["web3"]["status"]) == (1, "unknown")
    assert until(lambda: shop.about(host=2) is not None, 20)
    assert shop.live_versions() == [second, second, first]
    assert shop.deploy("production", "--only-failed")["status"] == "success"
    assert shop.live_versions() == [second] * 3


def test_all_or_nothing_begins_nothing_when_a_host_does_not_answer(shop):
    shop.configure_breakable()
    first = shop.commit()
    shop.deploy()
    shop.commit()
    with shop.apart(1):
        result = shop.run("deploy", "shop", "production", "--json", timeout=120)
    assert (result.exit_code, result.json["error"]["code"]) == (5, "unreachable")
    assert "web2" in result.json["error"]["message"]
    assert until(lambda: shop.about(host=1) is not None, 20)
    assert shop.live_versions() == [first] * 3


def test_a_host_that_cannot_be_returned_is_restored_once_it_answers(shop):
    """It loses the network while all go back; the others are back, and an observer brings it back later."""
    check = {
        "type": "command",
        "command": ["sh", "-c", "sleep 6; ! grep -q sick mode"],
        "retries": 0,
        "timeout": 9,
    }
    shop.configure(health_check=[check])
    good = shop.commit()
    shop.deploy()
    shop.env["FRAISIER_LEASE_SECONDS"] = "6"
    shop.commit("sick")
    with shop.apart_when(
        2, lambda: shop.current(2) == shop.releases(host=2)[-1] and len(shop.releases(host=2)) == 2
    ):
        result = shop.run("deploy", "shop", "production", "--json", timeout=300)
        answer = result.json
        assert (result.exit_code, answer["status"]) == (4, "rollback_failed"), answer
        assert answer["hosts"]["web3"]["status"] == "pending_restore"
    assert shop.live_versions()[:2] == [good] * 2
    assert shop.status()["hosts"]["web3"]["status"] == "pending_restore"
    with shop.serving():
        assert until(lambda: shop.host_states()["web3"] == ("in_service", good), 60), shop.host_states()
    assert shop.live_versions() == [good] * 3
    assert shop.rows("SELECT 1 FROM tb_event WHERE type = 'host.restored'")
    assert shop.left_over() == []


@pytest.mark.feature("TYP-02", "TYP-03")
def test_a_job_runs_on_one_host_of_the_version_that_all_of_them_have(shop):
    ledger = shop.there / "ledger"

    def configure(chief):
        load, report = f'echo "load $(cat label)" >> {ledger}', f'echo "report $(cat label)" >> {ledger}'
        jobs = {
            "load": {"script": ["sh", "-c", load]},
            "report": {"schedule": "0 2 * * *", "script": ["sh", "-c", report], "depends_on": "load"},
        }
        environment = shop.environment(
            service=None, health_check=None, jobs=jobs, migrate_on=chief, **ROLLING
        )
        shop.write_config({"fraises": {"shop": {"type": "etl", "environments": {"production": environment}}}})

    def ledgers():
        files = [shop.seen(ledger, number) for number, _ in enumerate(shop.names)]
        return [file.read_text().split("\n")[:-1] if file.exists() else [] for file in files]

    configure("web2")
    sha = shop.commit()
    assert shop.deploy()["status"] == "success"
    assert shop.status()["observed"]["version"] == sha
    assert ledgers() == [[], ["load v1"], []]
    assert [host for host, kind, _ in shop.steps_taken() if kind == "switch_release"] == shop.names
    assert [host for host, kind, _ in shop.steps_taken() if kind == "place_timers"] == ["(here)"]
    early = shop.run("job", "run", "shop", "production", "report")
    assert (early.exit_code, ledgers()) == (1, [[], ["load v1"], []])
    assert "depends on load, which has never run" in early.stderr
    assert shop.run("job", "run", "shop", "production", "load").exit_code == 0
    with shop.apart(0):
        ran = shop.run("job", "run", "shop", "production", "report", "--json")
    assert (ran.exit_code, ran.json["hosts"].keys()) == (0, {"web2"}), ran
    assert ledgers() == [[], ["load v1", "load v1", "report v1"], []]
    with shop.apart(1):
        lost = shop.run("job", "run", "shop", "production", "report")
        assert (lost.exit_code, "web2" in lost.stderr) == (5, True), lost
        configure("web3")
        assert shop.run("job", "run", "shop", "production", "report").exit_code == 0
    assert "success on web3 (dep_" in shop.run("job", "list").stdout
    assert ledgers() == [[], ["load v1", "load v1", "report v1"], ["report v1"]]
