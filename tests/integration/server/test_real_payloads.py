"""What forges have really sent, signed by OpenSSL as they sign, through the real door."""

import json

import pytest

from fraisier.config import FraisierConfig
from fraisier.database import Database
from tests.support import payloads
from tests.support.door import SECRET, opened
from tests.support.forges import hmac_hex

CONFIG = """
fraises:
  any:
    environments:
      production: {{app_path: {folder}/any, systemd_service: any}}
branch_mapping:
  master: {{fraise: any, environment: production}}
  main: {{fraise: any, environment: production}}
  feature: {{fraise: any, environment: production}}
  feature-branch: {{fraise: any, environment: production}}
server: {{deliveries_per_minute: 100000}}
"""
GITLAB = {"push": "Push Hook", "tag_push": "Tag Push Hook", "merge_request": "Merge Request Hook"}


@pytest.fixture
async def door(tmp_path, monkeypatch):
    monkeypatch.setenv("FRAISIER_WEBHOOK_SECRET", SECRET)
    monkeypatch.delenv("FRAISIER_GIT_PROVIDER", raising=False)
    (tmp_path / "fraises.yaml").write_text(CONFIG.format(folder=tmp_path))
    with Database(tmp_path / "fraisier.db") as database:
        async with opened(FraisierConfig(tmp_path / "fraises.yaml"), database) as found:
            yield found


def github(event, body):
    return {
        "X-GitHub-Event": event,
        "X-Hub-Signature-256": f"sha256={hmac_hex(SECRET, body)}",
        "Content-Type": "application/json",
    }


@pytest.mark.feature("GIT-01", "GIT-15")
async def test_githubs_examples(door):
    """329 of them; of seven pushes two move a branch."""
    answers = []
    for event, payload in payloads.octokit():
        body = json.dumps(payload).encode()
        answer = await door.client.post("/webhook", content=body, headers=github(event, body))
        answers.append((event, payload, answer))
    assert len(answers) > 300
    for event, payload, answer in answers:
        moves = event == "push" and payload["ref"].startswith("refs/heads/") and not payload["deleted"]
        named = event == "push" and payload["ref"].rpartition("/")[2] in {"main", "master"}
        expected = {202, 200} if moves and named else {200}
        assert answer.status_code in expected, (event, answer.text)
    assert {one["branch"] for one in door.events if one["outcome"] == "accepted"} <= {"main", "master"}
    assert [one for one in door.events if one["outcome"] == "refused"] == []
    assert all(one["reason"] for one in door.events if one["outcome"] == "ignored")


@pytest.mark.beside("recorded deliveries of forges")
@pytest.mark.beside("recorded deliveries of GitHub and GitLab")
@pytest.mark.skipif(not payloads.BESIDE.is_dir(), reason="no recorded deliveries beside the checkout")
@pytest.mark.feature("GIT-01", "GIT-03", "GIT-15")
@pytest.mark.parametrize(
    ("forge", "name", "payload"), [pytest.param(*one, id=f"{one[0]}-{one[1]}") for one in payloads.beside()]
)
async def test_what_lies_beside_the_checkout(door, forge, name, payload):
    body = json.dumps(payload).encode()
    if forge == "gitlab":
        headers = {"X-Gitlab-Event": GITLAB[payload["object_kind"]], "X-Gitlab-Token": SECRET}
        headers["Content-Type"] = "application/json"
    else:
        claimed = (
            "push" if "after" in payload else "pull_request" if name.startswith("pr") else name.split("_")[1]
        )
        headers = github(claimed, body)
    answer = await door.client.post("/webhook", content=body, headers=headers)
    moves = "after" in payload and payload["ref"].startswith("refs/heads/") and payload["after"].strip("0")
    assert (answer.status_code, bool(door.requests)) == ((202, True) if moves else (200, False)), answer.text
    [event] = door.events
    assert event["provider"] == forge
    if moves:
        assert (door.requests[0]["git_commit"], f"refs/heads/{event['branch']}") == (
            payload["after"],
            payload["ref"],
        )
    else:
        assert event["reason"]
