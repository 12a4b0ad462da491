"""Deliveries to a real server: what is stored, what is answered, what is refused."""

import asyncio
import json
import logging
from urllib.parse import urlencode

import pytest

from tests.support.door import NOTHING, SECRET, A, B, push, signed

HOSTILE = [
    "$(id)",
    "`id`",
    "a;rm${IFS}-rf",
    "'; DROP TABLE tb_deployment_request;--",
    "<script>alert(1)</script>",
]


@pytest.mark.feature("HOOK-01", "HOOK-02", "HOOK-12", "HOOK-14", "GIT-01", "CFG-08")
@pytest.mark.parametrize(
    "path", ["/webhook", "/webhooks", "/webhook/github", "/webhooks/github", "/webhook?provider=github"]
)
async def test_a_signed_push_is_stored_before_the_answer(door, path):
    answer = await door.send(push(), path, delivery="d-1")
    assert answer.status_code == 202
    [event], [request] = door.events, door.requests
    assert answer.json() == {
        "schema": 1,
        "request_id": answer.headers["X-Request-Id"],
        "event": event["identifier"],
        "outcome": "accepted",
        "reason": None,
        "duplicate": False,
    }
    assert (event["provider"], event["event_type"], event["delivery_id"]) == ("github", "push", "d-1")
    assert (event["repository"], event["branch"], event["sender"]) == ("acme/api", "main", "octocat")
    assert (event["before_sha"], event["commit_sha"]) == (A, B)
    assert json.loads(event["payload"]) == push()
    assert (request["fraise"], request["environment"], request["status"]) == ("api", "production", "pending")
    assert (request["git_branch"], request["git_commit"]) == ("main", B)
    assert (request["triggered_by"], request["requested_by"]) == ("webhook", "octocat")
    assert request["fk_webhook_event"] == event["pk_webhook_event"]
    assert door.watcher.woken == 1


@pytest.mark.feature("HOOK-08")
async def test_a_repeated_delivery_makes_no_second_request(door):
    first = await door.send(push(), delivery="d-1")
    again = await door.send(push(), delivery="d-1")
    assert (again.status_code, again.json()["duplicate"]) == (200, True)
    assert again.json()["event"] == first.json()["event"]
    assert (len(door.events), len(door.requests), door.watcher.woken) == (1, 1, 1)


@pytest.mark.feature("HOOK-08")
async def test_the_same_body_under_another_delivery_id_is_a_repeat(door):
    await door.send(push(), delivery="d-1")
    again = await door.send(push(), delivery="d-2")
    assert (again.status_code, again.json()["duplicate"]) == (200, True)
    assert len(door.requests) == 1


@pytest.mark.feature("HOOK-08")
async def test_ten_at_once_are_one(door):
    async with asyncio.TaskGroup() as group:
        sent = [group.create_task(door.send(push(), delivery="d-1")) for _ in range(10)]
    answers = [task.result() for task in sent]
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [202]
    assert {answer.json()["event"] for answer in answers} == {"hook_00001"}
    assert (len(door.events), len(door.requests)) == (1, 1)


async def test_back_and_forth_is_no_repeat(door):
    for index, (before, after) in enumerate([(A, B), (B, A), (A, B)]):
        payload = push(before=before, after=after, repository=push()["repository"] | {"pushed_at": index})
        assert (await door.send(payload)).status_code == 202
        assert door.requests[-1]["git_commit"] == after
    assert [request["git_commit"] for request in door.requests] == [B, A, B]


async def test_a_delivery_that_was_refused_may_come_again(door):
    body = json.dumps(push()).encode()
    refused = await door.client.post(
        "/webhook", content=body, headers=signed(body, delivery="d", secret="wrong")
    )
    assert refused.status_code == 401
    assert (await door.send(body, delivery="d")).status_code == 202


@pytest.mark.parametrize(
    ("payload", "event", "reason"),
    [
        ({"zen": "Keep it simple.", "hook_id": 1}, "ping", "a ping deploys nothing"),
        (push(after=NOTHING, deleted=True), "push", "refs/heads/main was deleted"),
        (push(ref="refs/tags/v1"), "push", "refs/tags/v1: tags deploy nothing"),
        (push(ref="refs/tags/main"), "push", "refs/tags/main: tags deploy nothing"),
        (push(ref="refs/heads/other"), "push", "branch_mapping does not name the branch other"),
        (
            {"action": "opened", "repository": push()["repository"]},
            "pull_request",
            "pull_request events deploy",
        ),
        ({"repository": push()["repository"]}, "never_heard_of", "never_heard_of events deploy nothing"),
    ],
)
async def test_what_deploys_nothing_is_answered_200_with_a_stored_reason(door, payload, event, reason):
    answer = await door.send(payload, event=event)
    assert (answer.status_code, answer.json()["outcome"]) == (200, "ignored")
    [row] = door.events
    assert reason in row["reason"]
    assert reason in answer.json()["reason"]
    assert (door.requests, door.watcher.woken) == ([], 0)


@pytest.mark.feature("CFG-09")
async def test_another_repository_with_the_same_branch_deploys_nothing(door):
    other = {"full_name": "evil/api", "clone_url": "https://github.com/evil/api.git"}
    answer = await door.send(push(repository=other))
    assert answer.json()["reason"] == "evil/api is not the repository of api/production"
    assert door.requests == []


def bad_signatures():
    body = json.dumps(push()).encode()
    good = signed(body)["X-Hub-Signature-256"]
    bare = {name: value for name, value in signed(body).items() if name != "X-Hub-Signature-256"}
    yield "missing", bare
    for name, signature in {
        "empty": "",
        "no hex": "sha256=",
        "truncated": good[:-1],
        "not hex": "sha256=" + "z" * 64,
        "bare": good[7:],
        "upper case": good.upper(),
        "zeros": "sha256=" + "0" * 64,
        "of another body": signed(body + b" ")["X-Hub-Signature-256"],
        "of another secret": signed(body, secret="another")["X-Hub-Signature-256"],
        "of no secret": signed(body, secret="")["X-Hub-Signature-256"],
        "two": f"{good}, {good}",
    }.items():
        yield name, bare | {"X-Hub-Signature-256": signature}
    yield (
        "a good legacy one beside a bad one",
        bare
        | {
            "X-Hub-Signature": "sha1=" + good[7:47],
            "X-Hub-Signature-256": "sha256=" + "0" * 64,
        },
    )
    yield "only in the legacy header", bare | {"X-Hub-Signature": good}


@pytest.mark.parametrize("headers", [pytest.param(headers, id=name) for name, headers in bad_signatures()])
async def test_unsigned_is_401_and_keeps_no_payload(door, headers):
    body = json.dumps(push()).encode()
    answer = await door.client.post("/webhook", content=body, headers=headers)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "refused"
    [event] = door.events
    assert (event["outcome"], event["payload"], event["delivery_id"]) == ("refused", None, None)
    assert event["reason"] == "The signature is missing or wrong."
    assert (door.requests, door.watcher.woken) == ([], 0)


async def test_a_signature_twice_is_none(door):
    body = json.dumps(push()).encode()
    headers = [*signed(body).items(), ("X-Hub-Signature-256", signed(body)["X-Hub-Signature-256"])]
    assert (await door.client.post("/webhook", content=body, headers=headers)).status_code == 401


async def test_a_changed_byte_is_401(door):
    body = json.dumps(push()).encode()
    answer = await door.client.post(
        "/webhook", content=body.replace(B.encode(), b"c" * 40), headers=signed(body)
    )
    assert answer.status_code == 401


async def test_a_stranger_cannot_fill_the_database(door):
    for _ in range(70):
        assert (await door.send(push(), secret="wrong")).status_code == 401
    assert len(door.events) == 60


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"[]", {}, 400),
        (b"", {}, 400),
        (b'{"ref": ', {}, 400),
        (b"[" * 200_000, {}, 400),
        (b'{"ref":' * 200_000, {}, 400),
        (b'{"ref": "\xff\xfe"}', {}, 400),
        (b"{}", {}, 400),
        (json.dumps(push()).encode(), {"Content-Type": "text/plain"}, 415),
        (json.dumps(push()).encode(), {"Content-Type": ""}, 415),
        (json.dumps(push()).encode(), {"Content-Encoding": "gzip"}, 202),
        (json.dumps(push()).encode(), {"X-GitHub-Event": "ping"}, 400),
        (json.dumps(push()).encode(), {"X-GitHub-Event": "create"}, 400),
        (b'{"zen": "x", "hook_id": 1}', {"X-GitHub-Event": "push"}, 400),
        (json.dumps(push()).encode(), {"X-GitHub-Event": "push\u00e9".encode()}, 400),
        (json.dumps(push()).encode(), {"X-GitHub-Delivery": "d" * 1101}, 400),
    ],
)
async def test_signed_but_malformed_is_refused_with_a_reason(door, body, headers, status):
    answer = await door.send(body, headers=headers)
    assert answer.status_code == status
    if status != 202:
        assert answer.json()["error"]["message"]
        [event] = door.events
        assert (event["outcome"], event["payload"]) == ("refused", None)
        assert event["reason"] == answer.json()["error"]["message"]
        assert door.requests == []
    assert (await door.send(push(), delivery="after")).status_code in {200, 202}


async def test_githubs_form_encoding(door):
    body = urlencode({"payload": json.dumps(push())}).encode()
    answer = await door.send(body, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 202
    assert json.loads(door.events[0]["payload"]) == push()


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_is_only_text(door, text):
    payload = push(head_commit={"message": text}, description=text)
    assert (await door.send(payload)).status_code == 202
    assert json.loads(door.events[0]["payload"])["description"] == text
    for place in ({"ref": f"refs/heads/{text}"}, {"sender": {"login": text}}, {"after": text}):
        answer = await door.send(push(**place))
        assert answer.status_code in {200, 400}
    assert len(door.requests) == 1


@pytest.mark.parametrize(
    "path", ["/webhook/nobody", "/webhooks/nobody", "/webhook?provider=nobody", "/webhook?provider="]
)
async def test_a_forge_that_nobody_knows_is_never_replaced_by_another(door, path):
    answer = await door.send(push(), path)
    assert (answer.status_code, door.events) == (404, [])


@pytest.mark.feature("GIT-10")
@pytest.mark.parametrize("path", ["/webhook/gitlab", "/webhooks/bitbucket", "/webhook?provider=gitea"])
async def test_a_named_forge_is_never_replaced_by_the_one_that_the_headers_name(door, path):
    answer = await door.send(push(), path)
    assert (answer.status_code, [event["outcome"] for event in door.events]) == (401, ["refused"])


async def test_two_names_are_refused(door):
    assert (await door.send(push(), "/webhook/github?provider=gitlab")).status_code == 400


async def test_an_unsigned_delivery_of_nobody_is_401(door):
    assert (await door.client.post("/webhook", content=b"{}")).status_code == 401


@pytest.mark.feature("HOOK-10")
async def test_the_request_id_is_in_answer_row_and_log(door, caplog):
    caplog.set_level(logging.INFO, "fraisier")
    answer = await door.send(push(), headers={"X-Request-Id": "proxy-7"})
    assert answer.headers["X-Request-Id"] == answer.json()["request_id"] == "proxy-7"
    assert door.events[0]["request_id"] == "proxy-7"
    assert "proxy-7" in {getattr(record, "request_id", None) for record in caplog.records}
    refused = await door.send(push(), secret="wrong", headers={"X-Request-Id": "bad id"})
    made = refused.headers["X-Request-Id"]
    assert len(made) == 32
    assert door.events[1]["request_id"] == refused.json()["request_id"] == made


async def test_no_secret_in_answers_rows_and_logs(door, caplog):
    caplog.set_level(logging.DEBUG)
    answers = [
        await door.send(push()),
        await door.send(push(), secret="wrong"),
        await door.send(b"[]"),
        await door.client.get("/providers"),
        await door.client.get("/nowhere"),
    ]
    seen = "".join(answer.text + str(answer.headers) for answer in answers)
    assert SECRET not in seen + caplog.text + str(door.events) + str(door.requests)


async def test_a_locked_database_is_said_and_the_server_lives(door, monkeypatch):
    import sqlite3

    holder = sqlite3.connect(door.database.path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    sending = asyncio.create_task(door.send(push()))
    answered = await door.client.get("/health")
    holder.execute("ROLLBACK")
    holder.close()
    assert answered.status_code == 200
    assert (await sending).status_code in {202, 503}
