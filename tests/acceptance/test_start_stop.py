"""`fraisier stop` and `fraisier start`: by hand, and never beside a deployment."""

import pytest

from tests.support.processes import until
from tests.support.running import reached, running

SLEEPS = ["sh", "-c", "sleep 60"]


def test_a_service_is_stopped_and_started_again(shop):
    sha = shop.commit()
    shop.deploy()
    assert shop.run("stop", "shop", "production").stdout == "shop → production is stopped.\n"
    assert shop.live_version() is None
    stopped = shop.status()
    assert (stopped["status"], stopped["observed"]["running"], stopped["current_version"]) == (
        "down",
        False,
        sha,
    )
    answer = shop.run("start", "shop", "production", "--json").json
    assert answer == {"schema": 1, "fraise": "shop", "environment": "production", "status": "started"}
    assert until(lambda: shop.live_version() == sha)
    assert shop.status()["observed"]["running"] is True
    assert shop.rows("SELECT * FROM tb_deployment_lock") == []


def test_who_did_it_is_recorded(shop):
    shop.commit()
    shop.deploy()
    for verb in ("stop", "stop", "start", "start"):
        assert shop.run(verb, "shop", "production").exit_code == 0
    told = shop.rows("SELECT type, actor FROM tb_event WHERE type LIKE 'service.%' ORDER BY pk_event")
    assert [(row["type"], row["actor"]) for row in told] == [
        ("service.stopped", "ada"),
        ("service.stopped", "ada"),
        ("service.started", "ada"),
        ("service.started", "ada"),
    ]


def test_the_next_deployment_starts_a_stopped_service_even_of_the_same_commit(shop):
    sha = shop.commit()
    shop.deploy()
    shop.run("stop", "shop", "production")
    assert shop.deploy()["status"] == "success"
    assert shop.live_version() == sha


@pytest.mark.parametrize("verb", ["start", "stop"])
def test_it_waits_for_nobody_and_disturbs_no_deployment(shop, verb):
    sha = shop.commit()
    shop.deploy()
    shop.configure(build=SLEEPS)
    shop.commit()
    with running(shop, "deploy", "shop", "production"):
        reached(shop, "build_release")
        refused = shop.run(verb, "shop", "production", "--json")
        assert refused.exit_code == 3
        assert refused.json["error"]["hint"] == "fraisier why shop production"
        assert shop.live_version() == sha
        assert shop.run("cancel", "shop", "production").exit_code == 0


def test_what_was_never_deployed_cannot_be_started(shop):
    refused = shop.run("start", "shop", "production", "--json")
    assert refused.exit_code == 1
    assert refused.json["error"]["message"].startswith("Nothing is deployed to shop/production")
    assert refused.json["error"]["hint"] == "fraisier deploy shop production"
    assert shop.rows("SELECT * FROM tb_deployment_lock") == []
