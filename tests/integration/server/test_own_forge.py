"""A forge that a user wrote, behind the same doors."""

import hmac

import pytest

from fraisier.database import Database
from fraisier.git import GitProvider, WebhookEvent, register_provider
from fraisier.git.forge import providers
from tests.support.door import SECRET, B, opened


class MyGitProvider(GitProvider):
    name = "mygit"

    def verify_webhook_signature(self, payload: bytes, headers: dict) -> bool:
        return hmac.compare_digest(headers["x-token"], self.config["webhook_secret"][0].reveal())

    def parse_webhook_event(self, headers: dict, payload: dict) -> WebhookEvent:
        return WebhookEvent(
            provider=self.name, event_type="push", branch=payload["branch"], commit_sha=payload["commit"]
        )


@pytest.fixture
async def door(settings, tmp_path, monkeypatch):
    monkeypatch.setattr("fraisier.git.forge._providers", dict(providers()))
    monkeypatch.setattr("fraisier.model.registry._registered", {})
    register_provider(MyGitProvider)
    with Database(tmp_path / "fraisier.db") as database:
        async with opened(settings, database) as found:
            yield found


@pytest.mark.feature("GIT-11", "GIT-17")
@pytest.mark.parametrize(
    ("path", "headers"),
    [("/webhook/mygit", {}), ("/webhook?provider=mygit", {}), ("/webhook", {"X-MyGit-Event": "push"})],
)
async def test_its_pushes_are_stored(door, path, headers):
    answer = await door.client.post(
        path, json={"branch": "main", "commit": B}, headers={"X-Token": SECRET, **headers}
    )
    assert (answer.status_code, door.events[0]["provider"]) == (202, "mygit")
    assert [request["git_commit"] for request in door.requests] == [B]


@pytest.mark.parametrize(
    ("payload", "headers", "status"),
    [
        ({"branch": "main", "commit": B}, {}, 401),
        ({"branch": "main", "commit": B}, {"X-Token": "wrong"}, 401),
        ({"commit": B}, {"X-Token": SECRET}, 400),
        ({"branch": ["main"], "commit": B}, {"X-Token": SECRET}, 400),
        ({"branch": "--upload-pack=id", "commit": B}, {"X-Token": SECRET}, 400),
        ({"branch": "main", "commit": "$(id)"}, {"X-Token": SECRET}, 400),
        ({"branch": "main", "commit": 7}, {"X-Token": SECRET}, 400),
    ],
)
async def test_what_its_code_cannot_read_is_refused_not_a_crash(door, payload, headers, status):
    answer = await door.client.post("/webhook/mygit", json=payload, headers=headers)
    assert answer.status_code == status
    assert (door.events[0]["outcome"], door.requests) == ("refused", [])
