"""A genuinely signed push becomes a deployment; nothing else does."""

import json
import urllib.request

import pytest

from tests.support import github
from tests.support.processes import until
from tests.support.running import reached
from tests.support.shop import SECRET

NOTHING = "0" * 40


@pytest.fixture
def hooked(shop):
    """A shop whose main branch deploys production on a push."""
    shop.configure_webhook()
    return shop


def pushed(shop, before, after):
    return github.push(clone_url=str(shop.repository.origin), before=before, after=after)


def settled(shop, count):
    """Wait until `count` deployments are recorded and none of them runs any more; what was seen last."""
    statuses = []

    def done():
        statuses[:] = [row["status"] for row in shop.history()]
        return len(statuses) == count and not {"pending", "in_progress"} & set(statuses)

    assert until(done, 30), (statuses, shop.run("logs", f"dep_{count:05}").output, shop.processes())


@pytest.mark.feature(
    "HOOK-01", "HOOK-02", "HOOK-03", "HOOK-12", "HOOK-13", "HOOK-14", "GIT-01", "CFG-08", "DB-09", "DB-11"
)
def test_a_signed_push_deploys(hooked):
    first = hooked.commit()
    hooked.deploy()
    second = hooked.commit()
    with hooked.serving() as address:
        answer = github.send(address, pushed(hooked, first, second), secret=SECRET)
        assert answer.status == 202
        settled(hooked, 2)
        assert hooked.live_version() == second
    row = hooked.rows("SELECT * FROM tb_deployment ORDER BY pk_deployment DESC LIMIT 1")[0]
    assert (row["status"], row["triggered_by"], row["requested_by"]) == ("success", "webhook", "octocat")
    assert (row["git_commit"], row["git_branch"]) == (second, "main")
    [event] = hooked.rows("SELECT * FROM tb_webhook_event")
    assert (event["processed"], event["fk_deployment"]) == (1, row["pk_deployment"])
    [request] = hooked.rows("SELECT * FROM tb_deployment_request WHERE trigger_type = 'webhook'")
    assert request["status"] == "completed"


@pytest.mark.parametrize("signature", ["", "sha256=", "sha256=00", "sha256=" + "0" * 64, "sha256=zz", "x"])
def test_an_unsigned_push_deploys_nothing(hooked, signature):
    first = hooked.commit()
    with hooked.serving() as address:
        answer = github.send(
            address, pushed(hooked, NOTHING, first), secret=SECRET, **{"X-Hub-Signature-256": signature}
        )
        assert answer.status in {401, 403}
        assert SECRET not in str(answer)
    assert hooked.history() == []
    assert hooked.about() is None


def test_the_same_delivery_twice_deploys_once(hooked):
    first = hooked.commit()
    payload = pushed(hooked, NOTHING, first)
    with hooked.serving() as address:
        for _ in range(2):
            answer = github.send(address, payload, secret=SECRET, **{"X-GitHub-Delivery": "one-and-the-same"})
            assert answer.status in {200, 202}
        settled(hooked, 1)
    assert len(hooked.history()) == 1


@pytest.mark.feature("CFG-20")
def test_auto_deploy_deploys_the_branch_that_was_pushed_and_tells_why_another_was_not(shop):
    shop.configure(auto_deploy=True, auto_deploy_branch="next", webhook_secret=SECRET)
    shop.commit()
    shop.repository.branch("next")
    second = shop.commit()
    with shop.serving() as address:
        for branch, status in (("main", 200), ("next", 202)):
            payload = github.push(
                clone_url=str(shop.repository.origin), before=NOTHING, after=second, branch=branch
            )
            assert github.send(address, payload, secret=SECRET).status == status
        settled(shop, 1)
        assert shop.live_version() == second
    assert SECRET not in str(shop.rows("SELECT * FROM tb_deployment"))
    told = shop.run("webhooks", "--limit", "2").output
    assert "dep_00001" in told
    assert "branch_mapping does not name the branch main" in " ".join(told.split())


def test_a_bad_push_goes_back_by_itself(hooked):
    first = hooked.commit()
    hooked.deploy()
    second = hooked.commit("sick")
    with hooked.serving() as address:
        github.send(address, pushed(hooked, first, second), secret=SECRET)
        settled(hooked, 2)
        assert hooked.history()[0]["status"] == "rolled_back"
        assert hooked.live_version() == first


def test_a_ping_is_answered_and_deploys_nothing(hooked):
    hooked.commit()
    with hooked.serving() as address:
        answer = github.send(address, {"zen": "Keep it logically awesome."}, secret=SECRET, event="ping")
        assert answer.status == 200
    assert hooked.history() == []


def test_the_service_outlives_the_server(hooked):
    first = hooked.commit()
    with hooked.serving() as address:
        github.send(address, pushed(hooked, NOTHING, first), secret=SECRET)
        settled(hooked, 1)
    assert hooked.live_version() == first


@pytest.mark.feature("HOOK-04")
def test_health_is_answered(hooked):
    with hooked.serving() as address, urllib.request.urlopen(f"{address}/health", timeout=5) as answer:
        assert answer.status == 200
        assert json.load(answer)["status"] in {"ok", "healthy"}


WAITS = ["sh", "-c", 'if [ "$(cat label)" = v2 ]; then sleep 60; fi; cat label > built']


def test_a_newer_push_cancels_the_one_that_is_deployed(hooked):
    hooked.env["FRAISIER_LEASE_SECONDS"] = "3"
    first = hooked.commit()
    hooked.deploy()
    hooked.configure_webhook(build=WAITS, on_new_push="cancel")
    second = hooked.commit()
    with hooked.serving() as address:
        assert github.send(address, pushed(hooked, first, second), secret=SECRET).status == 202
        reached(hooked, "build_release")
        third = hooked.commit()
        assert github.send(address, pushed(hooked, second, third), secret=SECRET).status == 202
        settled(hooked, 3)
        assert hooked.live_version() == third
    last, cancelled, _ = hooked.history()
    assert (last["status"], last["old_version"], last["new_version"]) == ("success", first, third)
    assert (cancelled["status"], cancelled["new_version"]) == ("cancelled", second)
    assert cancelled["error_message"] == "Cancelled by octocat: req_00003 is newer"
    assert not [words for words in hooked.processes().values() if "sleep" in words]
