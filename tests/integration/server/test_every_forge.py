"""Each forge through the real door: detected, verified, routed, stored once."""

import json

import pytest

from fraisier.config import FraisierConfig
from fraisier.database import Database
from fraisier.errors import ConfigurationError
from tests.support.door import opened
from tests.support.forges import NOTHING, SENDERS, encoded, signed_by_gitlab

A, B, C = "a" * 40, "b" * 40, "c" * 40
SHARED, OWN, NEW = "the shared secret", "a secret of its own", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
CONFIG = """
git:
  bitbucket: {{server: {server}}}
  gitlab: {{secret_token: ["{shared}", "{new}"]}}
server: {{trusted_proxies: [127.0.0.1]}}
fraises:
  api:
    git_repo: {address}
    environments:
      production: {{app_path: {folder}/production, systemd_service: a}}
      canary: {{app_path: {folder}/canary, systemd_service: b, auto_deploy: true, auto_deploy_branch: next}}
      sealed:
        app_path: {folder}/sealed
        systemd_service: c
        provider_config: {{auto_deploy: true, auto_deploy_branch: sealed, webhook_secret: "{own}"}}
  other:
    git_repo: git@git.example.com:acme/other.git
    environments:
      production: {{app_path: {folder}/other, systemd_service: d}}
branch_mapping:
  main: {{fraise: api, environment: production}}
  acme/other:main: {{fraise: other, environment: production}}
"""


@pytest.fixture(params=SENDERS, ids=lambda sender: sender.name)
def sender(request):
    return request.param


@pytest.fixture
def settings(sender, tmp_path, monkeypatch):
    monkeypatch.setenv("FRAISIER_WEBHOOK_SECRET", SHARED)
    monkeypatch.delenv("FRAISIER_GIT_PROVIDER", raising=False)
    server = sender.name == "bitbucket server"
    address = "https://git.example.com/scm/acme/api.git" if server else "git@git.example.com:acme/api.git"
    text = CONFIG.format(
        server=str(server).lower(), folder=tmp_path, shared=SHARED, own=OWN, new=NEW, address=address
    )
    (tmp_path / "fraises.yaml").write_text(text)
    return FraisierConfig(tmp_path / "fraises.yaml")


@pytest.fixture
async def door(settings, tmp_path):
    with Database(tmp_path / "fraisier.db") as database:
        async with opened(settings, database) as found:
            yield found


async def send(
    door, sender, ref="refs/heads/main", before=A, after=B, *, secret=SHARED, path="/webhook", **more
):
    payload = sender.push(ref, before, after)
    body = encoded(payload)
    headers = sender.headers(body, secret=secret, ref=ref, delivery=more.pop("delivery", None)) | more
    return await door.client.post(path, content=body, headers=headers)


def asked(door):
    return [
        (one["fraise"], one["environment"], one["git_branch"], one["git_commit"][0]) for one in door.requests
    ]


@pytest.mark.feature("GIT-09", "GIT-18", "HOOK-06", "HOOK-07", "CFG-08", "CFG-09", "ETC-05")
@pytest.mark.parametrize(
    "path", ["/webhook", "/webhooks", "/webhook/{}", "/webhooks/{}", "/webhook?provider={}"]
)
async def test_a_push_is_detected_verified_and_stored_before_the_answer(door, sender, path):
    answer = await send(door, sender, path=path.format(sender.provider))
    assert answer.status_code == 202, answer.text
    assert asked(door) == [("api", "production", "main", "b")]
    [event] = door.events
    assert (event["provider"], event["repository"], event["sender"]) == (sender.provider, "acme/api", "ada")
    assert (event["ref"], event["before_sha"], event["commit_sha"]) == ("refs/heads/main", A, B)
    assert json.loads(event["payload"]) == sender.push("refs/heads/main", A, B)
    assert door.watcher.woken == 1


@pytest.mark.feature("ETC-06")
async def test_the_environment_names_the_forge_before_headers_do_and_the_address_before_it(
    settings, sender, tmp_path, monkeypatch
):
    other = "gitlab" if sender.provider != "gitlab" else "github"
    monkeypatch.setenv("FRAISIER_GIT_PROVIDER", other)
    with Database(tmp_path / "fraisier.db") as database:
        async with opened(settings, database) as door:
            assert (await send(door, sender)).status_code == 401
            assert [event["provider"] for event in door.events] == [other]
            assert (await send(door, sender, path=f"/webhook/{sender.provider}")).status_code == 202


async def test_a_forge_that_there_is_not_is_told_before_anything_is_served(settings, tmp_path, monkeypatch):
    monkeypatch.setenv("FRAISIER_GIT_PROVIDER", "github.com")
    with Database(tmp_path / "fraisier.db") as database:
        starting = opened(settings, database)
        with pytest.raises(ConfigurationError, match=r"FRAISIER_GIT_PROVIDER names no forge: github.com\."):
            await starting.__aenter__()


@pytest.mark.feature("HOOK-07")
async def test_another_secret_or_none_is_401(door, sender):
    for answer in (
        await send(door, sender, secret="wrong"),
        await send(door, sender, **{sender.signature: ""}),
        await send(
            door,
            sender,
            secret=OWN,
            path="/webhook/github" if sender.provider != "github" else "/webhook/gitea",
        ),
    ):
        assert answer.status_code == 401
    assert (door.requests, {event["outcome"] for event in door.events}) == ([], {"refused"})
    assert {event["payload"] for event in door.events} == {None}


@pytest.mark.feature("HOOK-08")
async def test_one_deployment_however_often_it_is_sent(door, sender):
    """The same delivery, one with another id, and the same change in other words."""
    first = await send(door, sender, delivery="one")
    answers = [await send(door, sender, delivery="one"), await send(door, sender, delivery="two")]
    payload = sender.push("refs/heads/main", A, B) | {"more": "words"}
    headers = sender.headers(encoded(payload), secret=SHARED)
    answers.append(await door.client.post("/webhook", content=encoded(payload), headers=headers))
    assert (first.status_code, [answer.status_code for answer in answers]) == (202, [200, 200, 200])
    assert {answer.json()["duplicate"] for answer in answers} == {True}
    assert len(door.requests) == len(door.events) == 1


async def test_there_and_back_and_there_again(door, sender):
    for before, after in ((A, B), (B, A), (A, B)):
        assert (await send(door, sender, before=before, after=after)).status_code == 202
        assert asked(door)[-1][3] == after[0]
    assert [one[3] for one in asked(door)] == ["b", "a", "b"]


@pytest.mark.feature("GIT-15", "CLI-25")
@pytest.mark.parametrize(
    ("ref", "before", "after", "reason"),
    [
        ("refs/heads/main", A, NOTHING, "refs/heads/main was deleted"),
        ("refs/tags/main", NOTHING, B, "refs/tags/main: tags deploy nothing"),
        ("refs/heads/unknown", A, B, "branch_mapping does not name the branch unknown"),
        ("refs/heads/sealed", A, B, "it is not signed with the secret of api/sealed"),
    ],
)
async def test_what_deploys_nothing_says_why(door, sender, ref, before, after, reason):
    answer = await send(door, sender, ref, before, after)
    assert (answer.status_code, answer.json()["reason"]) == (200, reason)
    [event] = door.events
    assert (event["outcome"], event["reason"], door.requests) == ("ignored", reason, [])


@pytest.mark.feature("CFG-20")
async def test_auto_deploy_needs_no_mapping(door, sender):
    assert (await send(door, sender, "refs/heads/next", NOTHING, C)).status_code == 202
    assert asked(door) == [("api", "canary", "next", "c")]


@pytest.mark.feature("CFG-20")
async def test_a_secret_of_its_own_deploys_that_environment_alone(door, sender):
    assert (await send(door, sender, "refs/heads/sealed", secret=OWN)).status_code == 202
    assert asked(door) == [("api", "sealed", "sealed", "b")]
    answer = await send(door, sender, secret=OWN)
    assert answer.json()["reason"] == "it is not signed with the secret of api/production"


async def test_hostile_names_are_only_text(door, sender):
    for name in ("$(id)", "`id`", "x;rm${IFS}-rf", "'||'1", "<b>x</b>", "%s%n"):
        answer = await send(door, sender, f"refs/heads/{name}", A, B)
        assert answer.status_code == 200
        assert door.events[-1]["branch"] == name
    for name in ("--upload-pack=id", "../../etc", "a\nb", "a b"):
        assert (await send(door, sender, f"refs/heads/{name}", A, B)).status_code == 400
    assert door.requests == []


@pytest.mark.parametrize("sender", SENDERS[1:2], indirect=True)
async def test_gitlabs_signing_token(door, sender):
    body = encoded(sender.push("refs/heads/main", A, B))
    plain = {"X-Gitlab-Event": "Push Hook", "Content-Type": "application/json"}
    for age, status in ((400, 401), (-400, 401), (0, 202)):
        signed = signed_by_gitlab(NEW, body, age=age)
        assert (
            await door.client.post("/webhook", content=body, headers=plain | signed)
        ).status_code == status
    changed = body.replace(b"main", b"next")
    assert (await door.client.post("/webhook", content=changed, headers=plain | signed)).status_code == 401
