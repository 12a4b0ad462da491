"""What a webhook leads to."""

import msgspec
import pytest

from fraisier.config.environment import Environment
from fraisier.config.git import FraiseGit
from fraisier.git.forge import WebhookEvent
from fraisier.server.decision import Outcome, decide

REPOSITORY = "git@github.com:acme/api.git"
PRODUCTION = Environment(fraise="api", environment="production", type="api", git_repo=REPOSITORY)


def event(**changes):
    push = {
        "provider": "github",
        "event_type": "push",
        "is_push": True,
        "branch": "main",
        "ref": "refs/heads/main",
        "commit_sha": "b" * 40,
        "repository": "acme/api",
        "repository_urls": ("https://github.com/acme/api.git",),
    }
    return WebhookEvent(**push | changes)


def decided(event, mapped=PRODUCTION, repository=REPOSITORY):
    return decide(event, mapped, repository, runs_on="machine-1")


def test_a_push_to_a_mapped_branch_becomes_a_request():
    decision = decided(event())
    assert (decision.outcome, decision.reason) == (Outcome.ACCEPTED, None)
    assert decision.requests == (
        {
            "fraise": "api",
            "environment": "production",
            "job": "",
            "git_branch": "main",
            "git_commit": "b" * 40,
            "target_provider": "bare_metal",
            "runs_on": "machine-1",
            "options": {"on_new_push": "finish"},
        },
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"is_ping": True, "is_push": False, "event_type": "ping"}, "a ping deploys nothing"),
        ({"is_deleted": True, "commit_sha": None}, "refs/heads/main was deleted"),
        ({"is_tag": True, "ref": "refs/tags/v1", "branch": None}, "refs/tags/v1: tags deploy nothing"),
        ({"is_push": False, "event_type": "release"}, "release events deploy nothing"),
        ({"branch": None}, "push events deploy nothing"),
        (
            {"repository": "evil/api", "repository_urls": ("https://github.com/evil/api.git",)},
            "evil/api is not the repository of api/production",
        ),
        (
            {"repository": "evil/api", "repository_urls": ()},
            "evil/api is not the repository of api/production",
        ),
        ({"repository": "me/acme/api", "repository_urls": ()}, "me/acme/api is not the repository of"),
    ],
)
def test_what_is_ignored_and_why(changes, reason):
    decision = decided(event(**changes))
    assert decision.outcome is Outcome.IGNORED
    assert decision.requests == ()
    assert reason in decision.reason


def test_a_branch_that_is_not_mapped():
    decision = decided(event(branch="other"), mapped=None, repository="")
    assert decision.reason == "branch_mapping does not name the branch other"


@pytest.mark.parametrize(
    ("changes", "repository"),
    [
        ({}, "https://user:token@github.com/Acme/API"),
        ({"repository_urls": ("/srv/git/api.git",)}, "/srv/git/api.git"),
        ({"repository_urls": ()}, REPOSITORY),
        ({"repository": None, "repository_urls": ()}, REPOSITORY),
        ({"repository": "any/thing", "repository_urls": ("https://x/any/thing",)}, ""),
    ],
)
def test_a_fraises_own_repository(changes, repository):
    assert decided(event(**changes), repository=repository).outcome is Outcome.ACCEPTED


@pytest.mark.parametrize(
    ("forge", "urls", "accepted"),
    [
        (FraiseGit(provider="github"), (), True),
        (FraiseGit(provider="mygit"), (), False),
        (FraiseGit(base_url="https://git.example.com/"), ("https://git.example.com/team/api.git",), True),
        (FraiseGit(base_url="https://git.example.com"), ("git@GIT.example.com:team/api.git",), True),
        (
            FraiseGit(base_url="https://git.example.com"),
            ("https://git.example.com.evil.org/team/api",),
            False,
        ),
        (FraiseGit(base_url="https://git.example.com"), ("https://github.com/team/api.git",), False),
    ],
)
def test_a_fraise_with_a_forge_of_its_own_takes_pushes_from_there_only(forge, urls, accepted):
    mapped = msgspec.structs.replace(PRODUCTION, git=forge, git_repo="")
    decision = decided(event(repository_urls=urls), mapped, repository="")
    assert (decision.outcome is Outcome.ACCEPTED) == accepted
    if not accepted:
        assert decision.reason == "github is not the forge of api/production"
