import pytest

from fraisier.errors import DatabaseError
from tests.support.lanes import held

PUSH = {
    "provider": "github",
    "event_type": "push",
    "delivery_id": "d-1",
    "body_sha256": "b-1",
    "repository": "ada/shop",
    "ref": "refs/heads/main",
    "before_sha": "old",
    "commit_sha": "new",
    "branch": "main",
    "sender": "ada",
    "payload": '{"ref": "refs/heads/main"}',
    "source_ip": "127.0.0.1",
}
BOTH = [
    {"fraise": "shop", "environment": "production", "options": {"force": True}, "runs_on": None},
    {"fraise": "shop", "environment": "staging", "git_branch": "next", "target_config": {"host": "web1"}},
]


@pytest.mark.feature("DB-09", "DB-17", "DB-32")
def test_an_event_and_its_requests_are_stored_together(lanes):
    event = lanes.push(**PUSH, requests=BOTH)
    assert (event["duplicate"], event["identifier"]) == (0, "hook_00001")
    [row] = lanes.sql(
        "SELECT received_at, provider, event_type, branch, commit_sha, sender, payload, processed, fk_deployment,"
        " deployment_id FROM tb_webhook_event"
    )
    assert row.pop("received_at")
    assert row == {
        "provider": "github",
        "event_type": "push",
        "branch": "main",
        "commit_sha": "new",
        "sender": "ada",
        "payload": PUSH["payload"],
        "processed": 0,
        "fk_deployment": None,
        "deployment_id": None,
    }
    production, staging = lanes.rows("pending_requests")
    assert (production["trigger_type"], production["requested_by"]) == ("webhook", "ada")
    assert (production["git_branch"], production["options"]) == ("main", '{"force":true}')
    assert (staging["environment"], staging["git_branch"]) == ("staging", "next")
    assert staging["target_config"] == '{"host":"web1"}'
    assert production["fk_webhook_event"] == staging["fk_webhook_event"] == event["pk_webhook_event"]


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"delivery_id": "d-2"},
        {"body_sha256": "b-2"},
        {"delivery_id": "d-2", "body_sha256": "b-2"},
        {"delivery_id": "d-2", "before_sha": "another"},
    ],
    ids=[
        "same",
        "new id",
        "new body",
        "the same change in other words",
        "the same body",
    ],
)
def test_a_repeat_stores_nothing(lanes, change):
    first = lanes.push(**PUSH, requests=BOTH)
    again = lanes.push(**{**PUSH, **change}, requests=BOTH)
    assert (again["duplicate"], again["id"]) == (1, first["id"])
    assert len(lanes.sql("SELECT * FROM tb_webhook_event")) == 1
    assert len(lanes.sql("SELECT * FROM tb_deployment_request")) == 2


def test_without_a_ref_the_body_tells_a_repeat(lanes):
    first = lanes.push(**{**PUSH, "ref": None}, requests=BOTH)
    again = lanes.push(**{**PUSH, "ref": None, "delivery_id": "d-2"}, requests=BOTH)
    assert (again["duplicate"], again["id"]) == (1, first["id"])


def test_what_is_no_repeat(lanes):
    """Another forge; another push; and the same short body of a forge that names no commit."""
    lanes.push(**PUSH, requests=BOTH[:1])
    assert lanes.push(**{**PUSH, "provider": "gitlab"})["duplicate"] == 0
    other = {**PUSH, "delivery_id": "d-2", "body_sha256": "b-2", "before_sha": "new", "commit_sha": "newer"}
    assert lanes.push(**other, requests=BOTH[:1])["duplicate"] == 0
    for delivery in (None, None, "d-4"):
        bare = {**PUSH, "commit_sha": None, "delivery_id": delivery, "body_sha256": "b-4"}
        assert lanes.push(**bare)["duplicate"] == 0
    assert lanes.row("request", ref=1)["status"] == "superseded"


def test_there_and_back_and_there_again_are_three_pushes(lanes):
    for number, (before, after) in enumerate([("a", "b"), ("b", "a"), ("a", "b")]):
        moved = {
            **PUSH,
            "delivery_id": f"m-{number}",
            "body_sha256": after,
            "before_sha": before,
            "commit_sha": after,
        }
        assert lanes.push(**moved, requests=BOTH[:1])["duplicate"] == 0
        again = {**moved, "delivery_id": f"n-{number}"}
        assert lanes.push(**again, requests=BOTH[:1])["duplicate"] == 1


def test_another_branch_or_repository_between_changes_nothing(lanes):
    lanes.push(**PUSH, requests=BOTH[:1])
    for other in ({"ref": "refs/heads/x"}, {"repository": "ada/other"}):
        new = {**PUSH, **other, "delivery_id": str(other), "body_sha256": str(other)}
        assert lanes.push(**new)["duplicate"] == 0
    assert lanes.push(**{**PUSH, "delivery_id": "d-9"})["duplicate"] == 1


def test_many_deliveries_in_one_transaction(lanes):
    """Each is looked at after those before it; one that fails is undone alone."""
    wrong = {**PUSH, "delivery_id": "d-2", "body_sha256": "b-2", "outcome": "impossible", "commit_sha": "c"}
    calls = [
        {**PUSH, "requests": BOTH[:1]},
        wrong,
        PUSH,
        {**PUSH, "delivery_id": "d-3", "body_sha256": "b-3", "commit_sha": "d"},
    ]
    first, failed, again, last = lanes.database.store_webhooks(calls)
    assert (first["duplicate"], again["duplicate"], last["duplicate"]) == (0, 1, 0)
    assert isinstance(failed, DatabaseError)
    assert "CHECK constraint" in failed.message
    assert [row["commit_sha"] for row in lanes.sql("SELECT * FROM tb_webhook_event")] == ["new", "d"]
    assert len(lanes.rows("pending_requests")) == 1


def moved(number, *requests):
    """A push of its own, the numbered one."""
    return {
        **PUSH, "delivery_id": f"d-{number}", "body_sha256": f"b-{number}", "commit_sha": f"c{number}",
        "requests": [{**request, "git_commit": f"c{number}"} for request in requests],
    }  # fmt: skip


def test_of_webhooks_that_wait_together_the_newest_of_each_lane_becomes_a_request(lanes):
    production, staging = BOTH
    asked = [(production,), (production, staging), (staging,), (production,)]
    lanes.database.store_webhooks([moved(number, *wanted) for number, wanted in enumerate(asked, 1)])
    found = [(row["environment"], row["git_commit"]) for row in lanes.rows("pending_requests")]
    assert found == [("staging", "c3"), ("production", "c4")]
    reasons = [row["reason"] for row in reversed(lanes.rows("recent_webhooks"))]
    assert reasons[:2] == ["superseded by req_00002", "superseded by req_00002"]
    assert reasons[2:] == ["req_00001 is pending", "req_00002 is pending"]


def test_a_repeat_among_webhooks_that_wait_together_asks_for_nothing(lanes):
    first, second = moved(1, BOTH[0]), moved(2, BOTH[0])
    lanes.database.store_webhooks([first, second, first])
    assert [row["git_commit"] for row in lanes.rows("pending_requests")] == ["c2"]
    assert [row["value"] for row in lanes.sql("SELECT value FROM tb_counter")] == [2]


def test_the_next_webhook_takes_the_place_of_the_request_that_waits(lanes):
    lanes.push(**moved(1, BOTH[0]))
    lanes.push(**moved(2, BOTH[0]))
    assert [row["status"] for row in lanes.sql("SELECT * FROM tb_deployment_request ORDER BY 1")] == [
        "superseded",
        "pending",
    ]


def test_the_branch_of_a_ref_is_looked_up_by_an_index(lanes):
    lanes.push(**PUSH)
    plan = lanes.sql(
        "EXPLAIN QUERY PLAN SELECT pk_webhook_event FROM tb_webhook_event WHERE provider = 'p' AND repository IS 'r'"
        " AND ref = 'x' AND outcome <> 'refused' ORDER BY pk_webhook_event DESC LIMIT 1"
    )
    assert "ix_webhook_event_ref" in str(plan[0]["detail"])
    assert len(plan) == 1


def test_an_ignored_delivery_is_acted_on_when_it_comes_again_after_the_configuration_was_mended(lanes):
    ignored = lanes.push(**PUSH, outcome="ignored", reason="no such branch is mapped")
    accepted = lanes.push(**PUSH, outcome="accepted")
    assert (ignored["duplicate"], accepted["duplicate"]) == (0, 0)
    assert lanes.push(**PUSH, outcome="accepted")["duplicate"] == 1


def test_a_refused_delivery_does_not_use_up_its_id(lanes):
    for _ in range(2):
        refused = lanes.push(**PUSH, outcome="refused", reason="wrong signature")
        assert refused["duplicate"] == 0
    assert lanes.push(**PUSH, requests=BOTH)["duplicate"] == 0
    refused = lanes.push(**PUSH, outcome="refused", reason="wrong signature")
    assert (refused["duplicate"], refused["outcome"]) == (0, "refused")


@pytest.mark.feature("HOOK-12", "HOOK-13")
def test_the_event_is_processed_when_its_deployment_starts(lanes):
    lanes.push(**PUSH, requests=BOTH[:1])
    claimed = lanes.claim()
    assert lanes.rows("recent_webhooks")[0]["processed"] == 0
    deployment = lanes.start(claimed)
    [event] = lanes.rows("recent_webhooks")
    assert (event["processed"], event["fk_deployment"]) == (1, deployment["pk_deployment"])
    assert event["deployment_id"] == "dep_00001"
    assert (deployment["triggered_by"], deployment["requested_by"], deployment["git_branch"]) == (
        "webhook",
        "ada",
        "main",
    )


@pytest.mark.parametrize(("status", "processed"), [("completed", 1), ("failed", 0)])
def test_an_event_without_deployment_says_why(lanes, status, processed):
    lanes.push(**PUSH, requests=BOTH[:1])
    claimed = lanes.claim()
    lanes.call(
        "fn_finish_request",
        request=claimed["pk_deployment_request"],
        **held(claimed),
        status=status,
        reason="the reason",
    )
    [event] = lanes.rows("recent_webhooks")
    assert (event["processed"], event["reason"]) == (processed, "the reason")


@pytest.mark.feature("DB-16")
def test_webhooks_newest_first_with_the_reason_they_wait(lanes):
    lanes.push(**PUSH, requests=BOTH[:1])
    ping = {"provider": "github", "event_type": "ping", "outcome": "ignored", "reason": "a ping"}
    lanes.push(**ping)
    newest, oldest = lanes.sql("SELECT * FROM v_recent_webhooks")
    assert (newest["event_type"], newest["outcome"], newest["reason"]) == ("ping", "ignored", "a ping")
    assert oldest["reason"] == "req_00001 is pending"
    assert lanes.rows("recent_webhooks", limit=1) == [newest]
