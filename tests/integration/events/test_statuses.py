"""Commit statuses against stand-ins that judge requests as the forges document them."""

import pytest

from fraisier.config.environment import Environment, Fraise
from fraisier.config.forge import Forge
from fraisier.config.git import FraiseGit
from fraisier.events.consumer import Undelivered, Unwanted
from fraisier.git.statuses.consumer import consumers
from fraisier.git.statuses.forges import api_of, repository_on
from fraisier.git.statuses.status import status_of
from fraisier.model.secret import Secret
from tests.support import forge_api
from tests.support.events import FAILED, event
from tests.support.listener import listening

TOKEN = "t0ken-of-the-forge"
RUN = [
    event(type="deployment.started", error=None, data={"kind": "deploy"}),
    event(type="deployment.failed"),
    event(type="deployment.rolled_back"),
]


@pytest.fixture
def listener():
    with listening() as made:
        yield made


def fraises(git_repo, git=None):
    lane = Environment(fraise="shop", environment="production", type="api", git_repo=git_repo, git=git)
    return {"shop": Fraise(name="shop", type="api", description="", environments={"production": lane})}


def consumer(kind, listener, **more):
    forge = Forge(token="${TOKEN}", base_url=listener.url, **more)
    ours = fraises("ssh://git@127.0.0.1/Team/Shop.git")
    [made] = consumers({kind: forge}, ours, lambda text: Secret(TOKEN) if text == "${TOKEN}" else text)
    return made


async def tell(made, events):
    for one in events:
        if made.wants(one):
            await made.deliver(one)


@pytest.mark.parametrize(
    ("kind", "judge", "states"),
    [
        ("github", forge_api.github, ["pending", "failure"]),
        ("gitlab", forge_api.gitlab, ["running", "failed"]),
        ("gitea", forge_api.gitea, ["pending", "failure"]),
        ("forgejo", forge_api.gitea, ["pending", "failure"]),
    ],
)
async def test_a_deployment_shows_on_its_commit(listener, kind, judge, states):
    listener.judge = judge(TOKEN, "Team/Shop")
    await tell(consumer(kind, listener), RUN)
    assert [heard.json["state"] for heard in listener.heard] == states
    assert {heard.json["context"] for heard in listener.heard} == {"fraisier/shop/production"}
    assert all(heard.path.endswith(FAILED["version"]) for heard in listener.heard)
    assert listener.heard[1].json["target_url"] == "https://logs.example.com/dep_00007"
    assert "the old version is back" in listener.heard[1].json["description"]


async def test_gitlab_refuses_what_is_already_so(listener):
    """After a crash an event may come twice; GitLab's answer to that is no failure."""
    listener.judge = forge_api.gitlab(TOKEN, "Team/Shop")
    await tell(consumer("gitlab", listener), [RUN[0], RUN[0]])
    assert len(listener.heard) == 2


async def test_what_a_forge_refuses_names_no_token(listener):
    listener.judge = lambda _: (403, {}, f"token {TOKEN} may not".encode())
    with pytest.raises(Unwanted, match="fraisier/shop/production: status 403") as refused:
        await tell(consumer("github", listener), RUN)
    assert TOKEN not in refused.value.message


@pytest.mark.parametrize("headers", [{"X-RateLimit-Remaining": "0"}, {"Retry-After": "30"}])
async def test_who_asked_too_often_waits(listener, headers):
    listener.answer = (403, headers, b"")
    with pytest.raises(Undelivered):
        await tell(consumer("github", listener), RUN)


def test_forges_without_a_token_set_nothing():
    assert (
        consumers({"github": Forge(), "bitbucket": Forge(token="x")}, fraises("git@github.com:a/b"), str)
        == []
    )


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"type": "deployment.succeeded"}, "success"),
        ({"type": "deployment.cancelled"}, "cancelled"),
        ({"type": "deployment.rollback_failed"}, "failure"),
        ({"data": {"status": "failed"}}, "failure"),
        ({"data": {"status": "rolled_back"}}, None),
        ({"type": "health_check.failed"}, None),
        ({"type": "deployment.succeeded", "version": None}, None),
        ({"type": "deployment.succeeded", "version": "1.2.3"}, None),
    ],
)
def test_what_shows_and_how(changes, state):
    found = status_of(event(**changes))
    assert (found.state if found else None) == state


def test_a_command_is_no_link_and_a_long_name_fits():
    found = status_of(
        event(type="deployment.rolled_back", environment="e" * 300, logs_url="fraisier logs dep_1")
    )
    assert found.target_url is None
    assert len(found.description) == 140


@pytest.mark.parametrize(
    ("kind", "forge", "api"),
    [
        ("github", {}, "https://api.github.com"),
        ("github", {"base_url": "https://github.com/"}, "https://api.github.com"),
        ("github", {"base_url": "https://git.example.com"}, "https://git.example.com/api/v3"),
        ("github", {"api_url": "https://api.example.ghe.com/"}, "https://api.example.ghe.com"),
        ("gitlab", {}, "https://gitlab.com/api/v4"),
        ("gitlab", {"base_url": "https://example.com/gitlab/"}, "https://example.com/gitlab/api/v4"),
        ("gitea", {"base_url": "https://gitea.example.com"}, "https://gitea.example.com/api/v1"),
        ("forgejo", {}, "https://codeberg.org/api/v1"),
    ],
)
def test_where_an_api_is(kind, forge, api):
    assert api_of(kind, Forge(**forge)) == api


@pytest.mark.parametrize(
    ("kind", "base_url", "git_repo", "git", "path"),
    [
        ("github", None, "git@github.com:Team/Shop.git", None, "Team/Shop"),
        ("github", None, "https://ada:x@GitHub.com/Team/Shop", None, "Team/Shop"),
        ("github", None, "https://gitlab.com/Team/Shop", None, None),
        ("github", None, "/srv/git/shop.git", FraiseGit(provider="github"), None),
        ("gitlab", "https://example.com/gitlab", "https://example.com/gitlab/a/b/c.git", None, "a/b/c"),
        ("gitlab", "https://git.example.com", "git@ssh.example.com:a/b.git", None, None),
        (
            "gitlab",
            "https://git.example.com",
            "git@ssh.example.com:a/b.git",
            FraiseGit(provider="gitlab"),
            "a/b",
        ),
        ("gitlab", None, "git@gitlab.com:a/b.git", FraiseGit(provider="github"), None),
        (
            "gitea",
            "https://a.example.com",
            "git@a.example.com:a/b",
            FraiseGit(base_url="https://b.example.com"),
            None,
        ),
    ],
)
def test_what_a_repository_is_called_there(kind, base_url, git_repo, git, path):
    lane = fraises(git_repo, git)["shop"].environments["production"]
    assert repository_on(kind, Forge(base_url=base_url), lane, git_repo) == path
