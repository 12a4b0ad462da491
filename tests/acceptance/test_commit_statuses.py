"""A deployment from a forge, whose commits show how it went; a forge that fails never touches it."""

import subprocess

import pytest

from tests.support import forge_api
from tests.support.listener import listening
from tests.support.processes import until
from tests.support.running import observing

TOKEN = "f0rge-t0ken-s3cret"


@pytest.fixture
def forge(shop):
    """The shop's repository on a forge: Git reads it there, and its API takes statuses."""
    with listening() as made:
        made.files = shop.root / "forge"
        (made.files / "Team").mkdir(parents=True)
        (made.files / "Team" / "Shop.git").symlink_to(shop.repository.origin)
        made.judge = forge_api.github(TOKEN, "Team/Shop")
        shop.env["FORGE_TOKEN"] = TOKEN
        shop.configure(
            git_repo=f"{made.url}/Team/Shop.git",
            health_check={"retries": 1},
            top={
                "git": {"github": {"base_url": made.url, "token": "${FORGE_TOKEN}"}},
                "logs_url": "https://logs.example.com/{fraise}/{deployment_id}",
                "nats": {"enabled": False},
            },
        )
        yield made


def commit(shop, mode="ok"):
    sha = shop.commit(mode)
    subprocess.run(["git", "-C", str(shop.repository.origin), "update-server-info"], check=True)
    return sha


def statuses(forge):
    return [(heard.path.rpartition("/")[2], heard.json["state"]) for heard in forge.heard]


def test_commits_show_how_their_deployments_went(shop, forge):
    with observing(shop):
        assert until(lambda: shop.rows("SELECT 1 FROM tb_event_consumer"), 30)
        good = commit(shop)
        assert shop.deploy()["status"] == "success"
        bad = commit(shop, "sick")
        assert shop.deploy()["status"] == "rolled_back"
        expected = [(good, "pending"), (good, "success"), (bad, "pending"), (bad, "failure")]
        assert until(lambda: statuses(forge) == expected, 30), statuses(forge)
    assert forge.heard[0].json["context"] == "fraisier/shop/production"
    assert forge.heard[1].json["target_url"] == "https://logs.example.com/shop/dep_00001"
    [told] = shop.run("events", "--type", "deployment.succeeded", "--json").json
    assert told["logs_url"] == "https://logs.example.com/shop/dep_00001"
    assert shop.files_holding(TOKEN) == []


def test_a_forge_that_fails_never_touches_a_deployment(shop, forge):
    judge, forge.judge = forge.judge, lambda _: forge_api.said(500, f"broken {TOKEN}")
    with observing(shop):
        assert until(lambda: shop.rows("SELECT 1 FROM tb_event_consumer"), 30)
        sha = commit(shop)
        assert shop.deploy()["status"] == "success"
        assert until(
            lambda: shop.run("notifications", "list", "--json").json["receivers"][0]["failing_since"], 30
        )
        [waiting] = shop.run("notifications", "list", "--json").json["receivers"]
        assert (waiting["name"], waiting["last_error"]) == (
            "statuses-github",
            'status 500: {"message": "broken ***"}.',
        )
        forge.judge, forge.heard = judge, []
        assert until(lambda: statuses(forge)[-2:] == [(sha, "pending"), (sha, "success")], 40), statuses(
            forge
        )
