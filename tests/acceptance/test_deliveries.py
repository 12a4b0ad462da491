"""What becomes of deliveries that come twice, too late, or at a bad moment; and that `fraisier webhooks` tells."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support import github
from tests.support.processes import until
from tests.support.shop import SECRET, WAITING

NOTHING = "0" * 40


@pytest.fixture
def hooked(shop):
    shop.configure_webhook()
    return shop


def pushed(shop, before, after, **more):
    return github.push(clone_url=str(shop.repository.origin), before=before, after=after, **more)


def idle(shop):
    assert until(lambda: not shop.rows(WAITING), 60), shop.rows("SELECT * FROM tb_deployment_request")


def told(shop):
    """What `fraisier webhooks` says of each delivery, newest first."""
    return shop.run("webhooks", "--json").json


def hurry(shop):
    """All tries but the last one have passed."""
    with sqlite3.connect(shop.database) as connection:
        connection.execute("UPDATE tb_deployment_request SET attempts = 5, retry_boot_time = 0")
    connection.close()


@pytest.mark.feature("HOOK-08")
def test_ten_at_once_after_a_restart_and_with_another_id_are_one_deployment(hooked):
    payload = pushed(hooked, NOTHING, hooked.commit())
    with hooked.serving() as address, ThreadPoolExecutor(10) as many:

        def send(_):
            return github.send(address, payload, secret=SECRET, **{"X-GitHub-Delivery": "the-same"})

        answers = list(many.map(send, range(10)))
        idle(hooked)
    assert sorted(answer.status for answer in answers) == [200] * 9 + [202]
    with hooked.serving() as address:
        for delivery in ("the-same", "another"):
            answer = github.send(address, payload, secret=SECRET, **{"X-GitHub-Delivery": delivery})
            assert (answer.status, answer.body["duplicate"]) == (200, True)
    assert len(hooked.history()) == len(told(hooked)) == 1


@pytest.mark.feature("HOOK-11", "CLI-25")
def test_a_push_whose_repository_is_away_is_tried_again_until_it_is_back(hooked):
    hooked.env["FRAISIER_RETRY_SECONDS"] = "1"
    payload = pushed(hooked, NOTHING, hooked.commit())
    away = hooked.repository.origin.with_suffix(".away")
    hooked.repository.origin.rename(away)
    with hooked.serving() as address:
        assert github.send(address, payload, secret=SECRET).status == 202
        tried = "SELECT reason FROM tb_deployment_request WHERE attempts >= 1"
        assert until(lambda: hooked.rows(tried), 30)
        (row,) = told(hooked)
        assert row["processed"] == 0
        assert row["reason"].startswith("req_00001 is p")
        again = github.send(address, payload, secret=SECRET)
        assert (again.status, again.body["duplicate"]) == (200, True)
        away.rename(hooked.repository.origin)
        idle(hooked)
    (deployment,) = hooked.history()
    assert deployment["status"] == "success"
    (row,) = told(hooked)
    assert (row["processed"], row["deployment_id"]) == (1, "dep_00001")


@pytest.mark.feature("HOOK-11", "CLI-25")
def test_a_push_that_can_never_begin_ends_with_its_reason(hooked):
    hooked.env |= {"FRAISIER_RETRY_SECONDS": "1", "FRAISIER_LEASE_SECONDS": "2"}
    payload = pushed(hooked, NOTHING, hooked.commit())
    with hooked.serving() as address:
        hooked.repository.origin.rename(hooked.repository.origin.with_suffix(".away"))
        assert github.send(address, payload, secret=SECRET).status == 202
        assert until(lambda: hooked.rows("SELECT 1 FROM tb_deployment_request WHERE attempts >= 2"), 60)
        hurry(hooked)
        idle(hooked)
    text = " ".join(hooked.run("webhooks").output.split())
    assert "not processed:" in text
    assert hooked.rows("SELECT status FROM tb_deployment_request") == [{"status": "failed"}]
    assert told(hooked)[0]["reason"]


def test_back_to_an_older_commit_and_there_again_are_deployments(hooked):
    first, second = hooked.commit(), hooked.commit()
    with hooked.serving() as address:
        for before, after in ((first, second), (second, first), (first, second)):
            hooked.repository.git("push", "--quiet", "--force", "origin", f"{after}:main")
            assert github.send(address, pushed(hooked, before, after), secret=SECRET).status == 202
            idle(hooked)
            assert hooked.live_version() == after
    assert [row["new_version"] for row in hooked.history()] == [second, first, second]


@pytest.mark.feature("HOOK-08", "CLI-25")
def test_a_push_that_comes_too_late_deploys_nothing_and_says_so(hooked):
    """The newer one was delivered first; later a person went back by hand, and the old delivery is no reason to move."""
    first, second, third = hooked.commit(), hooked.commit(), hooked.commit()
    with hooked.serving() as address:
        assert github.send(address, pushed(hooked, second, third), secret=SECRET).status == 202
        idle(hooked)
        hooked.deploy("production", "--commit", first)
        assert github.send(address, pushed(hooked, first, second), secret=SECRET).status == 202
        idle(hooked)
        assert hooked.live_version() == first
    late = told(hooked)[0]
    assert (late["commit_sha"], late["processed"]) == (second, 0)
    assert late["reason"] == f"{second[:7]} is not the tip of main any more; {third[:7]} is"
    assert len(hooked.history()) == 2


def test_a_tip_whose_own_push_has_not_come_yet_is_deployed_at_once(hooked):
    first, second = hooked.commit(), hooked.commit()
    with hooked.serving() as address:
        assert github.send(address, pushed(hooked, NOTHING, first), secret=SECRET).status == 202
        idle(hooked)
        assert hooked.live_version() == second
        assert github.send(address, pushed(hooked, first, second), secret=SECRET).status == 202
        idle(hooked)
    assert len(hooked.history()) == 1
    assert told(hooked)[0]["reason"] == "up to date"
