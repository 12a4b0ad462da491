"""Receivers of a real deployment, told by `fraisier serve`; what did not arrive, listed and sent again."""

import signal
import time

import pytest

from tests.support.listener import listening, signature_of
from tests.support.ports import free_port
from tests.support.processes import until
from tests.support.running import observing, running

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
URLS = {
    "SLACK_URL": "/services/T0/B0/sl4ck-s3cret",
    "APP_URL": "/hook/4pp-s3cret",
    "DEAD_URL": "/d34d-s3cret",
}


@pytest.fixture
def told(shop):
    """Slack wants ends of deployments, the application everything, and one receiver is dead."""
    with listening() as slack, listening() as application:
        slack.judge = lambda heard: None if heard.json.get("text") else (400, {}, b"no_text")
        shop.env |= {
            "SLACK_URL": f"{slack.url}{URLS['SLACK_URL']}",
            "APP_URL": f"{application.url}{URLS['APP_URL']}",
            "DEAD_URL": f"http://127.0.0.1:{free_port()}{URLS['DEAD_URL']}",
            "SIGNING": SECRET,
        }
        shop.configure(
            health_check={"retries": 1},
            webhooks=[
                {
                    "type": "slack",
                    "url": "${SLACK_URL}",
                    "events": ["deployment.succeeded", "deployment.failed"],
                },
                {
                    "type": "custom",
                    "url": "${APP_URL}",
                    "secret": "${SIGNING}",
                    "events": ["*"],
                    "name": "app",
                },
            ],
            top={"notifications": [{"url": "${DEAD_URL}", "name": "dead"}], "nats": {"enabled": False}},
        )
        yield slack, application


def notifications(shop):
    return shop.run("notifications", "list", "--json").json


@pytest.mark.feature("SAFE-05")
def test_a_failure_is_seen_taken_back_told_and_then_a_person_decides(shop, told):
    _, application = told
    with shop.serving():
        assert until(lambda: len(notifications(shop)["receivers"]) == 3, 30)
        good = shop.commit()
        shop.deploy()
        shop.commit("sick")
        assert shop.deploy()["status"] == "rolled_back"
        assert shop.live_version() == good
        assert until(lambda: "lane.held" in [heard.json["type"] for heard in application.heard], 30)
    kinds = [heard.json["type"] for heard in application.heard]
    order = ["health_check.failed", "deployment.failed", "deployment.rolled_back", "lane.held"]
    assert [kind for kind in kinds if kind in order] == order
    assert shop.status()["hold"]["reason"] == "dep_00002 rolled_back"


@pytest.mark.feature("EVT-04", "EVT-06", "EVT-08", "EVT-12")
def test_everybody_hears_what_they_want_and_a_dead_one_delays_nobody(shop, told):
    slack, application = told
    with shop.serving():
        assert until(lambda: len(notifications(shop)["receivers"]) == 3, 30)
        good = shop.commit()
        shop.deploy()
        shop.commit("sick")
        shop.deploy()
        stored = [row["id"] for row in shop.rows("SELECT id FROM tb_event ORDER BY seq")]
        assert until(lambda: len(application.heard) >= len(stored) and len(slack.heard) >= 2, 30)
        [behind] = [row for row in notifications(shop)["receivers"] if row["lag"]]
        assert shop.run("notifications", "list").exit_code == 0
    assert [heard.headers["webhook-id"] for heard in application.heard] == stored
    assert [heard.json["id"] for heard in application.heard] == stored
    for heard in application.heard:
        assert heard.headers["webhook-signature"] == signature_of(heard, SECRET)
        assert abs(int(heard.headers["webhook-timestamp"]) - time.time()) < 300
    success, failure = [heard.json["text"] for heard in slack.heard]
    assert success.startswith("🚀 Deployment Successful\nService: shop\n")
    assert f"Version: {good[:7]}\nDuration: " in success
    assert "❌ Deployment Failed" in failure
    assert "is not well" in failure
    assert "Check: fraisier logs dep_00002" in failure
    assert (behind["name"], bool(behind["failing_since"])) == ("dead", True)
    for secret in (*URLS.values(), SECRET):
        assert shop.files_holding(secret.removeprefix("/")) == []


def test_what_was_refused_is_listed_and_sent_again(shop, told):
    slack, application = told
    slack.judge = lambda heard: (404, {}, b"no_service") if len(slack.heard) == 1 else None
    with observing(shop):
        assert until(lambda: len(notifications(shop)["receivers"]) == 3, 30)
        shop.commit()
        shop.deploy()
        assert until(lambda: notifications(shop)["failed"], 30)
        assert until(lambda: len(application.heard) == 4, 30)
        [failed] = notifications(shop)["failed"]
        assert (failed["error"], failed["event"]["type"]) == (
            "status 404: no_service.",
            "deployment.succeeded",
        )
        listed = shop.run("notifications", "list").stdout
        assert f"{failed['id']}  {failed['receiver']}" in listed
        again = shop.run("notifications", "retry", failed["id"])
        assert again.stdout == "1 sent again, 0 receivers tried now.\n"
        assert until(lambda: not notifications(shop)["failed"], 30)
    assert len(slack.heard) == 2
    assert slack.heard[0].body == slack.heard[1].body
    unknown = shop.run("notifications", "retry", failed["id"])
    assert (unknown.exit_code, "Nothing like that waits" in unknown.stderr) == (2, True)


def test_receivers_are_read_again(shop, told):
    """SIGHUP: who was added hears what happens from now on, who was removed is forgotten."""
    slack, application = told
    with running(shop, "serve", "--port", "0") as server:
        assert until(lambda: names(shop) == ["app", "dead", slack_name(shop)], 30)
        shop.configure(webhooks=[{"url": "${APP_URL}", "events": ["deployment.*"], "name": "new"}])
        server.signal(signal.SIGHUP)
        assert until(lambda: "new" in names(shop), 30)
        assert until(lambda: not {"app", "dead"} & set(names(shop)), 30)
        shop.commit()
        shop.deploy()
        assert until(lambda: len(application.heard) == 2, 30)
        server.signal(signal.SIGTERM)
        code, said = server.end()
    assert (code, "is in force now" in said) == (0, True), said
    assert slack.heard == []


def names(shop):
    return [row["name"] for row in notifications(shop)["receivers"] if row["name"] != "nats"]


def slack_name(shop):
    return next((name for name in names(shop) if name.startswith("slack-")), "")


def test_a_command_tells_by_itself_where_nothing_serves(shop, told):
    """Nobody waits for a receiver that is dead; a dry run tells nobody and writes nothing."""
    slack, application = told
    shop.commit()
    assert shop.run("deploy", "shop", "production", "--dry-run").exit_code == 0
    assert not shop.database.exists()
    assert shop.deploy()["status"] == "success"
    assert [heard.json["type"] for heard in application.heard] == [
        "request.made",
        "deployment.started",
        "health_check.passed",
        "deployment.succeeded",
    ]
    assert len(slack.heard) == 1
    shop.commit()
    shop.deploy()
    assert shop.rollback()["status"] == "success"
    assert len(slack.heard) == 3
    [dead] = [row for row in notifications(shop)["receivers"] if row["name"] == "dead"]
    assert (dead["lag"] > 0, bool(dead["failing_since"])) == (True, True)
    assert not shop.rows("SELECT 1 FROM tb_event_relay")


def test_a_test_message(shop, told):
    slack, application = told
    done = shop.run("notifications", "test", "--json")
    assert done.exit_code == 1
    assert {row["receiver"].partition("-")[0]: bool(row["error"]) for row in done.json} == {
        "dead": True,
        "slack": False,
        "app": False,
    }
    assert "notification.test" in slack.heard[0].json["text"]
    assert application.heard[0].headers["webhook-signature"] == signature_of(application.heard[0], SECRET)
    assert shop.run("notifications", "test", "app").stdout == "✓ app\n"
    assert shop.run("notifications", "test", "nobody").exit_code == 2
    assert "s3cret" not in done.output


def test_nobody_to_tell(shop):
    assert "Nobody has been told anything yet" in shop.run("notifications", "list").stdout
    assert shop.run("notifications", "retry").stdout == "0 sent again, 0 receivers tried now.\n"
    assert "names no receivers" in shop.run("notifications", "test").stdout
