"""The documented interface for forges, and one written by a user."""

import pytest

import fraisier.git
from fraisier.errors import ConfigurationError
from fraisier.git import GitProvider, WebhookEvent, get_provider, register_provider
from fraisier.git.forge import header, providers, webhook_keys
from fraisier.model.secret import Secret


class Minimal(GitProvider):
    """As the prd and the quick reference write one."""

    name = "mygit"

    def verify_webhook_signature(self, payload: bytes, headers: dict) -> bool:
        return header(headers, "X-Token") == self.config["token"]

    def parse_webhook_event(self, headers: dict, payload: dict) -> WebhookEvent:
        return WebhookEvent(
            provider=self.name, event_type="push", branch=payload["branch"], commit_sha=payload["commit"]
        )


@pytest.fixture
def registered(monkeypatch):
    monkeypatch.setattr("fraisier.git.forge._providers", dict(providers()))
    monkeypatch.setattr("fraisier.model.registry._registered", {})
    register_provider(Minimal)


@pytest.mark.feature("GIT-16", "GIT-17", "GIT-14")
def test_three_members_make_a_forge(registered):
    forge = get_provider("mygit", {"token": "t", "base_url": "https://git.example.com/"})
    assert isinstance(forge, Minimal)
    assert forge.verify_webhook_signature(b"", {"x-token": "t"})
    event = forge.parse_webhook_event({}, {"branch": "main", "commit": "abc123"})
    assert (event.branch, event.commit_sha, event.pushes_branch) == ("main", "abc123", True)
    assert forge.get_signature_header_name()
    assert forge.get_event_header_name() == "X-mygit-Event"
    assert forge.get_clone_url("acme/api") == "https://git.example.com/acme/api.git"


def test_without_an_address_there_is_no_clone_url(registered):
    with pytest.raises(ConfigurationError, match="mygit") as caught:
        get_provider("mygit", {"token": "t"}).get_clone_url("acme/api")
    assert "base_url" in caught.value.hint


def test_exactly_two_methods_are_asked_of_a_forge():
    assert GitProvider.__abstractmethods__ == {"verify_webhook_signature", "parse_webhook_event"}


def test_a_forge_without_a_name_is_refused():
    class Nameless(Minimal):
        name = ""

    with pytest.raises(ConfigurationError, match="Nameless"):
        register_provider(Nameless)


@pytest.mark.parametrize("name", ["github", "GitHub"])
def test_installed_forges_are_known_without_registering(registered, name):
    assert get_provider(name).name == "github"


def test_an_unknown_forge_is_refused_with_the_known_ones(registered):
    with pytest.raises(ConfigurationError, match="githu") as caught:
        get_provider("githu")
    assert "github" in caught.value.hint


@pytest.mark.feature("GIT-12", "GIT-13")
def test_the_event_has_the_documented_fields_and_flags_that_default_to_false():
    event = WebhookEvent(
        provider="p",
        event_type="e",
        branch=None,
        commit_sha=None,
        sender=None,
        repository="a/b",
        raw_payload={"k": 1},
    )
    assert event.raw_payload == {"k": 1}
    assert not any((event.is_push, event.is_tag, event.is_merge_request, event.is_ping))


@pytest.mark.parametrize(
    ("flags", "deploys"),
    [
        ({"event_type": "push"}, True),
        ({"event_type": "Push Hook", "is_push": True}, True),
        ({"event_type": "push", "is_tag": True}, False),
        ({"event_type": "push", "is_deleted": True}, False),
        ({"event_type": "push", "is_ping": True}, False),
        ({"event_type": "push", "is_merge_request": True}, False),
        ({"event_type": "release"}, False),
    ],
)
def test_only_a_push_to_a_branch_deploys(flags, deploys):
    assert WebhookEvent(provider="p", **flags).pushes_branch is deploys


@pytest.mark.parametrize(
    ("config", "keys"),
    [
        ({}, ()),
        ({"webhook_secret": "one"}, (b"one",)),
        ({"secret_token": "one"}, (b"one",)),
        ({"webhook_secret": Secret("one")}, (b"one",)),
        ({"webhook_secret": [Secret("new"), Secret("old")]}, (b"new", b"old")),
        ({"webhook_secret": ""}, ()),
        ({"webhook_secret": Secret("")}, ()),
        ({"webhook_secret": "  "}, ()),
        ({"webhook_secret": "${FRAISIER_WEBHOOK_SECRET}"}, ()),
        ({"webhook_secret": ["", "${A}", "key"]}, (b"key",)),
    ],
)
def test_what_may_be_a_key(config, keys):
    assert webhook_keys(config) == keys


def test_a_name_that_is_not_there():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = fraisier.git.nothing
