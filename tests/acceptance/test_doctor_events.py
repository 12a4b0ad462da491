"""`fraisier doctor` asks the event stream, the receivers and the forges; it shows no secret and sends no message."""

import pytest

from tests.support.listener import listening
from tests.support.nats import nats_server
from tests.support.ports import free_port
from tests.support.processes import until
from tests.support.running import observing


def findings(shop):
    done = shop.run("doctor", "--json")
    return {row["check"]: row for row in reversed(done.json["findings"])}, done


@pytest.mark.feature("EVT-04")
def test_what_answers_and_what_does_not(shop):
    dead = f"http://127.0.0.1:{free_port()}"
    with listening() as slack, nats_server(shop.root / "nats") as server:
        shop.env |= {"SLACK_URL": f"{slack.url}/services/p4th-s3cret", "DEAD_URL": f"{dead}/d34d-s3cret"}
        shop.configure(
            webhooks=[
                {"type": "slack", "url": "${SLACK_URL}", "name": "team"},
                {"url": "${DEAD_URL}", "name": "gone"},
                {"url": "${NOBODY_SET_THIS}", "name": "unset"},
            ],
            top={
                "nats": {"url": server.url},
                "git": {"gitea": {"base_url": slack.url, "token": "t0k-s3cret"}},
            },
        )
        found, done = findings(shop)
        assert found["team"]["status"] == found["statuses-gitea"]["status"] == "ok"
        assert (found["gone"]["status"], f"{dead} cannot be reached" in found["gone"]["said"]) == (
            "problem",
            True,
        )
        assert "NOBODY_SET_THIS" in found["unset"]["said"]
        assert "NATS cannot be reached: connection refused" in found["events"]["said"]
        server.start()
        assert findings(shop)[0]["events"]["status"] == "ok"
        assert slack.heard == []
    assert "s3cret" not in done.output


def test_our_own_server_and_what_waits(shop):
    shop.configure(webhooks=[{"url": "${APP_URL}", "name": "app", "events": ["*"]}])
    with listening() as app:
        shop.env["APP_URL"] = app.url
        assert "`fraisier serve` starts" in findings(shop)[0]["events"]["said"]
        with shop.serving():
            answers = "Our own NATS server answers."
            assert until(lambda: findings(shop)[0]["events"]["said"] == answers, 30)
        app.answer = (410, {}, b"gone")
        with observing(shop):
            shop.commit()
            shop.deploy()
            assert until(lambda: len(app.heard) == 4, 30)
            assert until(lambda: "4 events did not arrive" in findings(shop)[0]["app"]["said"], 30)
        assert shop.run("hold", "shop", "production", "--reason", "tea").exit_code == 0
    done = shop.run("doctor")
    assert "app: 1 events wait, and nothing relays them." in done.stdout
