"""Containers on two hosts behind SSH, each with an engine of its own: who changes when, and what one failing means."""

import pytest

from tests.support.compose_shop import SshComposeShop
from tests.support.processes import until

pytestmark = [pytest.mark.docker, pytest.mark.timeout(400)]

ROLLING = {"deployment_strategy": "rolling"}
KEEP_GOING = {"on_host_failure": "keep_going"}


@pytest.fixture
def shop(docker_hosts, tmp_path, short_folder):
    """A shop on web1 and web2."""
    machines, engines = zip(*docker_hosts, strict=True)
    made = SshComposeShop(tmp_path, short_folder, machines, engines)
    try:
        yield made
    finally:
        made.close()


@pytest.mark.feature("PRV-04", "STR-01")
def test_rolling_goes_host_by_host_and_one_that_fails_sends_both_back(shop):
    shop.configure_breakable(**ROLLING, max_parallel_deployments=1, batch_pause="0.1s")
    good = shop.commit()
    answer = shop.deploy()
    assert answer["status"] == "success", answer
    assert shop.live_versions() == [good, good]
    kinds = {"make_images", "switch_project", "check_health", "pause"}
    assert [(host, kind) for host, kind, _ in shop.steps_taken() if kind in kinds] == [
        ("web1", "make_images"),
        ("web2", "make_images"),
        ("web1", "switch_project"),
        ("web1", "check_health"),
        ("(here)", "pause"),
        ("web2", "switch_project"),
        ("web2", "check_health"),
    ]
    with shop.breaking(1):
        shop.commit()
        answer = shop.deploy()
    assert answer["status"] == "rolled_back", answer
    assert shop.live_versions() == [good, good]
    assert shop.host_states() == dict.fromkeys(shop.names, ("in_service", good))


def test_keep_going_stops_at_the_canary_host_and_only_failed_repeats_the_one_that_failed_later(shop):
    shop.configure_breakable(**ROLLING, **KEEP_GOING, max_parallel_deployments="100%")
    good = shop.commit()
    assert shop.deploy()["status"] == "success"
    shop.commit("sick")
    assert shop.deploy()["status"] == "rolled_back"
    touched = {host for host, kind, at in shop.steps_taken() if kind == "switch_project" and at != "pending"}
    assert touched == {"web1"}
    assert shop.live_versions() == [good, good]
    with shop.breaking(1):
        new = shop.commit()
        result = shop.run("deploy", "shop", "production", "--json", timeout=120)
    assert (result.exit_code, result.json["status"]) == (1, "failed")
    assert shop.live_versions() == [new, good]
    assert shop.host_states() == {"web1": ("in_service", new), "web2": ("in_service", good)}
    again = shop.deploy("production", "--only-failed")
    assert (again["status"], again["new_version"]) == ("success", new), again
    assert {host for host, _, _ in shop.steps_taken()} == {"web2", "(here)"}
    assert shop.live_versions() == [new, new]


def test_a_host_that_cannot_be_returned_is_restored_once_it_answers(shop):
    """It loses the network while both go back; the other one is back, and an observer brings it back later."""
    words = ["sh", "-c", "sleep 6; ! grep -q sick mode"]
    shop.configure(
        health_check=[{"type": "command", "command": words, "retries": 0, "timeout": 9}], **KEEP_GOING
    )
    good = shop.commit()
    assert shop.deploy()["status"] == "success"
    shop.env["FRAISIER_LEASE_SECONDS"] = "6"
    shop.commit("sick")

    def switched() -> bool:
        releases = shop.releases(host=1)
        return len(releases) == 2 and shop.current(1) == releases[-1]

    with shop.apart_when(1, switched):
        result = shop.run("deploy", "shop", "production", "--json", timeout=300)
        assert (result.exit_code, result.json["status"]) == (4, "rollback_failed"), result
        assert result.json["hosts"]["web2"]["status"] == "pending_restore"
    assert shop.live_versions()[0] == good
    with shop.serving():
        assert until(lambda: shop.host_states()["web2"] == ("in_service", good), 60), shop.host_states()
    assert shop.live_versions() == [good, good]
    assert shop.left_over() == []
