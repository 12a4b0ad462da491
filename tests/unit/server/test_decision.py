"""What a webhook leads to."""

import msgspec
import pytest

from fraisier.config.environment import Environment
from fraisier.config.git import FraiseGit
from fraisier.config.pushes import Pushes
from fraisier.git.forge import WebhookEvent
from fraisier.git.place import place
from fraisier.model.identity import Identity
from fraisier.server.decision import Outcome, decide
from fraisier.server.routes import Route, Routes

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


def decided(event, mapped=PRODUCTION, repository=REPOSITORY, scope=None):
    own = place(repository) if repository else ""
    routes = [Route(environment=mapped, branch="main", place=own)] if mapped else []
    return decide([(event, routes)], scope, runs_on="machine-1")


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
            "options": {"on_new_push": "finish", "on_running_job": "wait"},
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


def named(name, **changes):
    return msgspec.structs.replace(PRODUCTION, environment=name, **changes)


SEALED = named("sealed", pushes=Pushes(webhook_secrets=("${S}",)))


@pytest.mark.feature("CFG-20")
@pytest.mark.parametrize(
    ("environment", "scope", "accepted"),
    [
        (PRODUCTION, None, True),
        (PRODUCTION, frozenset({SEALED.identity}), False),
        (SEALED, None, False),
        (SEALED, frozenset({SEALED.identity}), True),
        (SEALED, frozenset({Identity("api", "other")}), False),
    ],
)
def test_a_secret_of_its_own_deploys_an_environment_and_nothing_else(environment, scope, accepted):
    decision = decided(event(), environment, scope=scope)
    assert (decision.outcome is Outcome.ACCEPTED) == accepted
    if not accepted:
        assert decision.reason == f"it is not signed with the secret of {environment.identity}"


def candidates(event, *routes):
    return [(route.environment.environment, route.of) for route in Routes(routes).candidates(event)]


OF_API = {"of": "acme/api", "branch": "main"}


@pytest.mark.parametrize(
    ("routes", "found"),
    [
        ([Route(environment=PRODUCTION, branch="main")], [("production", "")]),
        ([Route(environment=PRODUCTION, branch="other")], []),
        ([Route(environment=PRODUCTION, branch="Main")], []),
        ([Route(environment=PRODUCTION, **OF_API)], [("production", "acme/api")]),
        (
            [Route(environment=PRODUCTION, branch="main", of="github.com/Acme/API")],
            [("production", "github.com/Acme/API")],
        ),
        ([Route(environment=PRODUCTION, branch="main", of="acme/other")], []),
        ([Route(environment=PRODUCTION, branch="main", of="gitlab.com/acme/api")], []),
        (
            [Route(environment=named("a"), branch="main"), Route(environment=named("b"), **OF_API)],
            [("b", "acme/api")],
        ),
        (
            [
                Route(environment=named("a"), branch="main", automatic=True),
                Route(environment=named("b"), **OF_API),
                Route(environment=named("b"), branch="main", automatic=True),
            ],
            [("b", "acme/api"), ("a", "")],
        ),
    ],
)
def test_what_is_mapped_for_the_repository_comes_before_what_is_mapped_for_the_branch(routes, found):
    assert candidates(event(), *routes) == found


def test_one_push_may_deploy_several_environments_and_several_refs():
    """auto_deploy of two environments; and Bitbucket, which tells of all refs at once."""
    routes = [Route(environment=named("a"), branch="main"), Route(environment=named("b"), branch="main")]
    deleted = event(is_deleted=True, branch="old", ref="refs/heads/old")
    other = event(branch="next", commit_sha="c" * 40)
    decision = decide([(deleted, []), (event(), routes), (other, routes[1:])], None, runs_on="m")
    asked = [(one["environment"], one["git_branch"], one["git_commit"][0]) for one in decision.requests]
    assert asked == [("a", "main", "b"), ("b", "main", "b"), ("b", "next", "c")]
    assert (decision.outcome, decision.reason, decision.event) == (Outcome.ACCEPTED, None, event())


def test_of_several_refs_that_deploy_nothing_the_first_says_why():
    tag = event(is_tag=True, branch=None, ref="refs/tags/v1")
    decision = decide([(tag, []), (event(is_deleted=True), [])], None, runs_on="m")
    assert (decision.reason, decision.event) == ("refs/tags/v1: tags deploy nothing", tag)
