"""What GitHub sends, and what somebody else would like us to believe that it sends."""

import hmac

import pytest

from fraisier.git.forge import MalformedEvent
from fraisier.git.github import GitHub

A, B, NOTHING = "a" * 40, "b" * 40, "0" * 40
SECRET = "It's a Secret to Everybody"
SIGNED = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"


def push(**changes):
    repository = {
        "full_name": "acme/api",
        "clone_url": "https://github.com/acme/api.git",
        "ssh_url": "git@github.com:acme/api.git",
    }
    payload = {
        "ref": "refs/heads/main",
        "before": A,
        "after": B,
        "deleted": False,
        "repository": repository,
        "sender": {"login": "octocat"},
    }
    return payload | changes


def parsed(payload, event="push", **headers):
    return GitHub().parse_webhook_event({"x-github-event": event} | headers, payload)


def verified(signature, body=b"Hello, World!", secret=SECRET, name="X-Hub-Signature-256"):
    return GitHub({"webhook_secret": secret}).verify_webhook_signature(body, {name: signature})


def test_githubs_own_vectors():
    assert verified(SIGNED)
    other = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
    assert verified(other, body=b"Hello World!")


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "sha256=",
        SIGNED[7:],
        SIGNED[:-1],
        SIGNED[:-1] + "6",
        SIGNED + "7",
        SIGNED.upper(),
        SIGNED.replace("757107", "75710g"),
        f" {SIGNED}",
        f"{SIGNED}, {SIGNED}",
        "sha1=" + SIGNED[7:],
        "sha256=\u00e9",
        "sha256=\ud800",
    ],
)
def test_any_other_signature_is_wrong(signature):
    assert not verified(signature)


def test_one_changed_byte():
    assert not verified(SIGNED, body=b"Hello, World?")


@pytest.mark.parametrize("secret", ["", "  ", None, "${FRAISIER_WEBHOOK_SECRET}", []])
def test_without_a_secret_nothing_is_signed(secret):
    empty = "sha256=" + hmac.new(b"", b"Hello, World!", "sha256").hexdigest()  # which anybody can compute
    assert not verified(empty, secret=secret)
    assert not verified("", secret=secret)


def test_two_secrets_while_one_replaces_the_other():
    assert verified(SIGNED, secret=["the new one", SECRET])
    assert verified(SIGNED, secret=[SECRET, "the old one"])
    assert not verified(SIGNED, secret=["the new one", "the old one"])


@pytest.mark.parametrize("name", ["X-Hub-Signature", "X-Gitea-Signature"])
def test_no_other_header_counts(name):
    assert not verified(SIGNED, name=name)


def test_a_push():
    event = parsed(push(), **{"X-GitHub-Delivery": "d-1"})
    assert event.pushes_branch
    assert (event.provider, event.event_type, event.delivery_id) == ("github", "push", "d-1")
    assert (event.branch, event.ref, event.before_sha, event.commit_sha) == ("main", "refs/heads/main", A, B)
    assert (event.repository, event.sender) == ("acme/api", "octocat")
    assert event.repository_urls == ("https://github.com/acme/api.git", "git@github.com:acme/api.git")
    assert event.raw_payload == push()


@pytest.mark.parametrize(
    "branch", ["main", "feature/a-b", "release/1.2", "ünïcode", "a$(id)", "x;rm", "q`id`"]
)
def test_a_branch_is_everything_after_refs_heads(branch):
    assert parsed(push(ref=f"refs/heads/{branch}")).branch == branch


def test_a_new_branch():
    assert parsed(push(before=NOTHING)).before_sha is None


def test_a_deleted_branch():
    event = parsed(push(after=NOTHING, deleted=True))
    assert (event.is_deleted, event.commit_sha, event.pushes_branch) == (True, None, False)


def test_a_tag():
    event = parsed(push(ref="refs/tags/v1.0"))
    assert (event.is_tag, event.branch, event.ref, event.pushes_branch) == (
        True,
        None,
        "refs/tags/v1.0",
        False,
    )


def test_a_ping_of_a_repository_and_of_an_organisation():
    assert parsed(
        {"zen": "Keep it simple.", "hook_id": 1, "repository": push()["repository"]}, "ping"
    ).is_ping
    event = parsed({"zen": "Keep it simple.", "hook_id": 1}, "ping")
    assert (event.is_ping, event.repository) == (True, None)


@pytest.mark.parametrize(
    ("name", "is_merge_request"), [("pull_request", True), ("release", False), ("star", False)]
)
def test_other_events_deploy_nothing(name, is_merge_request):
    event = parsed({"action": "created", "repository": push()["repository"]}, name)
    assert (event.is_merge_request, event.pushes_branch) == (is_merge_request, False)


@pytest.mark.parametrize(
    "changes",
    [
        {"ref": "main"},
        {"ref": "refs/heads/"},
        {"ref": "refs/notes/commits"},
        {"ref": "refs/heads/a..b"},
        {"ref": "refs/heads/../../etc"},
        {"ref": "refs/heads/--upload-pack=id"},
        {"ref": "refs/heads/a b"},
        {"ref": "refs/heads/a\nb"},
        {"ref": "refs/heads/a\u202eb"},
        {"ref": "refs/heads/a.lock"},
        {"ref": "refs/heads/" + "a" * 2000},
        {"ref": 5},
        {"ref": None},
        {"after": "main"},
        {"after": "A" * 40},
        {"after": "a" * 39},
        {"after": "a" * 41},
        {"after": B + "\n"},
        {"after": None},
        {"before": ["a"]},
        {"after": NOTHING},
        {"deleted": True},
        {"repository": None},
        {"repository": "acme/api"},
        {"repository": {}},
        {"repository": {"full_name": "../etc"}},
        {"repository": {"full_name": "acme/api/more"}},
        {"repository": {"full_name": "a$(id)/b"}},
        {"repository": {"full_name": 1}},
        {"sender": {"login": "a b"}},
        {"sender": {"login": "<script>"}},
        {"sender": {"login": 7}},
    ],
)
def test_a_push_that_is_none(changes):
    with pytest.raises(MalformedEvent):
        parsed(push(**changes))


@pytest.mark.parametrize("sender", [None, {}, "octocat"])
def test_a_sender_may_be_missing(sender):
    assert parsed(push(sender=sender)).sender is None


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        ("ping", push()),
        ("create", push()),
        ("push", {"zen": "x", "hook_id": 1}),
        ("push", {}),
        ("ping", {}),
        ("", push()),
        ("push push", push()),
        ("PUSH", push()),
    ],
)
def test_the_body_must_be_that_of_the_claimed_event(event, payload):
    with pytest.raises(MalformedEvent):
        parsed(payload, event)


def test_where_repositories_are():
    assert GitHub().get_clone_url("acme/api") == "https://github.com/acme/api.git"
    enterprise = GitHub({"base_url": "https://github.example.com/"})
    assert enterprise.get_clone_url("acme/api") == "https://github.example.com/acme/api.git"
    assert GitHub().get_signature_header_name() == "X-Hub-Signature-256"
    assert GitHub().get_event_header_name() == "X-GitHub-Event"
