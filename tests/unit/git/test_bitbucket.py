"""Bitbucket's two kinds, and SHA-1."""

import pytest

from fraisier.errors import ConfigurationError
from fraisier.git.forge import MalformedEvent, get_provider
from tests.support.forges import SENDERS, hmac_hex

A, B, C, NOTHING = "a" * 40, "b" * 40, "c" * 40, "0" * 40
BODY = b"Hello, World!"
CLOUD, SERVER = SENDERS[-2:]


def bitbucket(**config):
    return get_provider("bitbucket", {"webhook_secret": "s", **config})


@pytest.mark.parametrize(
    ("config", "good"), [({}, False), ({"allow_sha1": False}, False), ({"allow_sha1": True}, True)]
)
def test_sha1_counts_only_where_it_is_allowed(config, good):
    signed = {"X-Hub-Signature": f"sha1={hmac_hex('s', BODY, 'sha1')}"}
    assert bitbucket(**config).verify_webhook_signature(BODY, signed) is good


def test_sha256_counts_where_sha1_is_allowed_and_under_its_own_name_only():
    forge = bitbucket(allow_sha1=True)
    assert forge.verify_webhook_signature(BODY, CLOUD.vouch("s", BODY))
    assert not forge.verify_webhook_signature(BODY, {"X-Hub-Signature": f"sha1={hmac_hex('s', BODY)}"})
    assert not forge.verify_webhook_signature(
        BODY, {"X-Hub-Signature": f"sha256={hmac_hex('s', BODY, 'sha1')}"}
    )


@pytest.mark.feature("GIT-08")
@pytest.mark.parametrize(("sender", "server"), [(CLOUD, True), (SERVER, False)])
def test_the_other_kind_is_refused_with_what_to_do(sender, server):
    payload = sender.push("refs/heads/main", A, B)
    with pytest.raises(MalformedEvent) as caught:
        bitbucket(server=server).parse_webhook_event(sender.headers(b"", secret="s"), payload)
    assert caught.value.hint == f"Set git.bitbucket.server to {str(not server).lower()}."


def test_a_ping_of_the_server():
    event = bitbucket(server=True).parse_webhook_event({"X-Event-Key": "diagnostics:ping"}, {"test": True})
    assert (event.is_ping, event.pushes_branch) == (True, False)


@pytest.mark.parametrize(
    ("server", "event", "merge"),
    [(False, "pullrequest:created", True), (True, "pr:opened", True), (False, "repo:fork", False)],
)
def test_other_events(server, event, merge):
    read = bitbucket(server=server).parse_webhook_event({"X-Event-Key": event}, {})
    assert (read.event_type, read.is_merge_request, read.pushes_branch) == (event, merge, False)


@pytest.mark.parametrize("sender", [CLOUD, SERVER], ids=lambda sender: sender.name)
def test_a_push_of_several_refs_is_several_events(sender):
    payload = sender.push("refs/heads/main", A, B)
    others = [sender.push("refs/heads/next", NOTHING, C), sender.push("refs/tags/v1", NOTHING, C)]
    for other in others:
        if sender is CLOUD:
            payload["push"]["changes"] += other["push"]["changes"]
        else:
            payload["changes"] += other["changes"]
    forge = bitbucket(server=sender is SERVER)
    event = forge.parse_webhook_event(sender.headers(b"", secret="s", delivery="d"), payload)
    found = [(one.ref, one.commit_sha, one.delivery_id, one.pushes_branch) for one in (event, *event.also)]
    assert found == [
        ("refs/heads/main", B, "d", True),
        ("refs/heads/next", C, "d", True),
        ("refs/tags/v1", C, "d", False),
    ]


def test_a_push_of_nothing_deploys_nothing():
    payload = CLOUD.push("refs/heads/main", A, B)
    payload["push"]["changes"] = []
    event = bitbucket().parse_webhook_event(CLOUD.headers(b"", secret="s"), payload)
    assert not event.pushes_branch


def test_older_servers_name_no_addresses():
    payload = SERVER.push("refs/heads/main", A, B)
    del payload["repository"]["links"]
    event = bitbucket(server=True).parse_webhook_event(SERVER.headers(b"", secret="s"), payload)
    assert (event.repository, event.repository_urls) == ("acme/api", ())


def test_a_personal_project():
    payload = SERVER.push("refs/heads/main", A, B)
    payload["repository"]["project"]["key"] = "~ada"
    event = bitbucket(server=True).parse_webhook_event(SERVER.headers(b"", secret="s"), payload)
    assert event.repository == "~ada/api"


def test_names_with_spaces_and_letters_of_any_script():
    payload = CLOUD.push("refs/heads/main", A, B)
    payload["actor"]["nickname"] = "Zoë O'Hara"
    assert bitbucket().parse_webhook_event(CLOUD.headers(b"", secret="s"), payload).sender == "Zoë O'Hara"


def test_a_server_without_address_has_no_clone_address():
    with pytest.raises(ConfigurationError) as caught:
        bitbucket(server=True).get_clone_url("acme/api")
    assert caught.value.hint == "Set git.bitbucket.base_url."
