"""GitLab's two ways to vouch for a delivery, and its own events."""

import time

import pytest

from fraisier.git.forge import MalformedEvent, get_provider
from fraisier.model import standard_webhooks
from tests.support.forges import signed_by_gitlab

SIGNING = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_plJ3nmyCDGBKInavdOK15jsl"
BODY = b'{"test": 2432232314}'
VECTOR = {
    "identifier": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "timestamp": "1614265330",
    "body": BODY,
    "signatures": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    "now": 1614265330.0,
}


def believed(headers, secret=SIGNING, body=BODY):
    return get_provider("gitlab", {"webhook_secret": secret}).verify_webhook_signature(body, headers)


def test_the_vector_of_standard_webhooks():
    assert standard_webhooks.verify([SIGNING.encode()], **VECTOR)
    made = standard_webhooks.signature(SIGNING.encode(), VECTOR["identifier"], VECTOR["timestamp"], BODY)
    assert made == VECTOR["signatures"]


@pytest.mark.parametrize(
    "change",
    [
        {"identifier": "msg_other"},
        {"identifier": ""},
        {"timestamp": "1614265331"},
        {"timestamp": ""},
        {"timestamp": "1614265330.0"},
        {"timestamp": "+1614265330"},
        {"timestamp": "²" * 10},
        {"timestamp": "9" * 400},
        {"body": BODY + b" "},
        {"signatures": ""},
        {"signatures": VECTOR["signatures"][3:]},
        {"signatures": VECTOR["signatures"].replace("v1", "v1a")},
        {"signatures": VECTOR["signatures"][:-1]},
        {"now": 1614265330.0 + 301},
        {"now": 1614265330.0 - 301},
    ],
)
def test_anything_else_is_refused(change):
    assert not standard_webhooks.verify([SIGNING.encode()], **VECTOR | change)


def test_one_of_several_signatures_and_one_of_several_secrets():
    several = VECTOR | {"signatures": f"v1,AAAA {VECTOR['signatures']} v2,zzz"}
    assert standard_webhooks.verify([OTHER.encode(), SIGNING.encode()], **several)
    assert not standard_webhooks.verify([OTHER.encode()], **several)


@pytest.mark.parametrize("secret", [b"", b"whsec_", b"whsec_%%%", b"whsec_\xff"])
def test_a_secret_that_is_none_vouches_for_nothing(secret):
    assert not standard_webhooks.verify([secret], **VECTOR)


@pytest.mark.feature("GIT-03", "HOOK-07", "HOOK-08")
@pytest.mark.parametrize(("age", "good"), [(0, True), (290, True), (-290, True), (310, False), (-310, False)])
def test_a_signed_delivery_is_believed_for_five_minutes(age, good):
    assert believed(signed_by_gitlab(SIGNING, BODY, age=age)) is good


def test_a_good_token_beside_a_bad_signature_does_not_help():
    bad = signed_by_gitlab(OTHER, BODY) | {"X-Gitlab-Token": "the token"}
    assert not believed(bad, ["the token", SIGNING])
    assert believed(signed_by_gitlab(SIGNING, BODY) | {"X-Gitlab-Token": "wrong"}, ["the token", SIGNING])


def test_a_signing_token_is_never_sent_as_it_is():
    assert not believed({"X-Gitlab-Token": SIGNING})


def test_the_signed_id_is_the_deliverys_and_an_unsigned_one_is_not():
    payload = {"object_kind": "note", "user": {"username": "ada"}}
    plain = {"X-Gitlab-Event": "Note Hook", "webhook-id": "free", "X-Gitlab-Event-UUID": "uuid"}
    forge = get_provider("gitlab", {})
    assert forge.parse_webhook_event(plain, payload).delivery_id == "uuid"
    assert forge.parse_webhook_event(plain | {"Idempotency-Key": "key"}, payload).delivery_id == "key"
    signed = plain | signed_by_gitlab(SIGNING, BODY, identifier="msg_1")
    assert forge.parse_webhook_event(signed, payload).delivery_id == "msg_1"


@pytest.mark.parametrize(
    ("header", "kind", "read"),
    [
        ("Merge Request Hook", "merge_request", "merge request"),
        ("Note Hook", "note", "other"),
        ("Pipeline Hook", "pipeline", "other"),
        ("System Hook", "project_create", "other"),
        ("Merge Request Hook", "note", None),
        ("Note Hook", "push", None),
        ("Note Hook", "merge_request", None),
        ("Push Hook", "tag_push", None),
        ("note", "note", None),
        ("Note Hook", None, None),
        ("Note Hook", 5, None),
    ],
)
def test_header_and_body_must_agree(header, kind, read):
    payload = {"object_kind": kind, "project": {"path_with_namespace": "group/sub/api"}}
    forge = get_provider("gitlab", {})
    if read is None:
        with pytest.raises(MalformedEvent):
            forge.parse_webhook_event({"X-Gitlab-Event": header}, payload)
        return
    event = forge.parse_webhook_event({"X-Gitlab-Event": header}, payload)
    assert (event.is_merge_request, event.pushes_branch) == (read == "merge request", False)
    assert event.repository == "group/sub/api"


def test_a_system_hook_tells_of_pushes_too():
    payload = {
        "event_name": "push",
        "ref": "refs/heads/main",
        "before": "a" * 40,
        "after": "b" * 40,
        "project": {"path_with_namespace": "group/sub/api"},
    }
    event = get_provider("gitlab", {}).parse_webhook_event({"X-Gitlab-Event": "System Hook"}, payload)
    assert (event.pushes_branch, event.branch, event.repository) == (True, "main", "group/sub/api")


@pytest.mark.feature("GIT-02", "GIT-14")
@pytest.mark.parametrize(
    ("name", "config", "address"),
    [
        ("github", {}, "https://github.com/acme/api.git"),
        ("github", {"base_url": "https://ghe.example.com/"}, "https://ghe.example.com/acme/api.git"),
        ("gitlab", {}, "https://gitlab.com/acme/api.git"),
        ("gitea", {"base_url": "https://g.example.com"}, "https://g.example.com/acme/api.git"),
        ("forgejo", {"base_url": "https://codeberg.org"}, "https://codeberg.org/acme/api.git"),
        ("bitbucket", {}, "https://bitbucket.org/acme/api.git"),
        (
            "bitbucket",
            {"server": True, "base_url": "https://b.example.com"},
            "https://b.example.com/scm/acme/api.git",
        ),
    ],
)
def test_clone_addresses(name, config, address):
    assert get_provider(name, config).get_clone_url("acme/api") == address


def test_the_clock_decides_about_age(monkeypatch):
    signed = signed_by_gitlab(SIGNING, BODY)
    later = time.time() + 301
    monkeypatch.setattr(time, "time", lambda: later)
    assert not believed(signed)
