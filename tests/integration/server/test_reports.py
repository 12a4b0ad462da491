"""Liveness, readiness, which forges are served, and errors."""

import pytest

from fraisier.database import Database
from tests.support.door import opened


@pytest.mark.feature("HOOK-04")
async def test_health(door):
    answer = await door.client.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


@pytest.mark.feature("HOOK-05")
async def test_providers(door):
    answer = await door.client.get("/providers")
    names = ["bitbucket", "forgejo", "gitea", "github", "gitlab"]
    assert answer.json() == {
        "schema": 1,
        "providers": [{"name": name, "configured": True} for name in names],
    }


async def test_a_forge_without_a_secret_says_so_and_verifies_nothing(settings, tmp_path, monkeypatch, caplog):
    monkeypatch.delenv("FRAISIER_WEBHOOK_SECRET")
    with Database(tmp_path / "fraisier.db") as database:
        async with opened(settings, database) as door:
            answer = await door.client.get("/providers")
            assert {one["configured"] for one in answer.json()["providers"]} == {False}
            assert (await door.send({}, secret="")).status_code == 401
    assert "no webhook secret is configured" in caplog.text


async def test_ready(door):
    answer = await door.client.get("/ready")
    assert (answer.status_code, answer.json()["checks"]) == (200, {"database": True, "observer": True})


async def test_not_ready_without_a_database(settings, tmp_path):
    (tmp_path / "fraisier.db").write_text("this is no database, and never was one" * 100)
    with Database(tmp_path / "fraisier.db") as database:
        async with opened(settings, database) as door:
            answer = await door.client.get("/ready")
            assert (answer.status_code, answer.json()["checks"]["database"]) == (503, False)
            refused = await door.send({"zen": "x", "hook_id": 1}, event="ping")
    assert refused.status_code == 503
    assert refused.json()["error"]["code"] == "database"
    assert "not an SQLite database" in refused.json()["error"]["message"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 404), ("GET", "/webhook", 405), ("PUT", "/webhook", 405), ("GET", "/docs", 404),
     ("GET", "/redoc", 404), ("POST", "/webhook/a/b", 404)],
)  # fmt: skip
async def test_every_error_is_the_same_object(door, method, path, status):
    answer = await door.client.request(method, path)
    assert answer.status_code == status
    assert set(answer.json()) == {"schema", "request_id", "error"}
    assert set(answer.json()["error"]) == {"code", "message", "hint", "exit_code"}
    assert "server" not in answer.headers


async def test_a_bug_shows_no_traceback_and_the_server_lives(door, monkeypatch):
    monkeypatch.setattr("fraisier.server.webhook.decide", lambda *_, **__: 1 / 0)
    answer = await door.send({"zen": "x", "hook_id": 1}, event="ping")
    assert (answer.status_code, set(answer.json())) == (500, {"schema", "request_id", "error"})
    assert "division" not in answer.text
    assert (await door.client.get("/health")).status_code == 200
