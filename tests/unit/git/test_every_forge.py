"""What holds for every forge: a push is read, and only what the secret's owner sent is believed."""

import copy

import pytest

from fraisier.git.forge import MalformedEvent, get_provider
from fraisier.git.names import is_name
from tests.support.forges import NOTHING, SENDERS, encoded

A, B = "a" * 40, "b" * 40
SECRET = "It's a Secret to Everybody"
BODY = b"Hello, World!"


def forge_of(sender, secret=SECRET, **config):
    server = sender.name == "bitbucket server"
    return get_provider(sender.provider, {"webhook_secret": secret, "server": server, **config})


def read(sender, ref="refs/heads/main", before=A, after=B, **changes):
    payload = sender.push(ref, before, after) | changes
    headers = sender.headers(encoded(payload), secret=SECRET, delivery="d-1", ref=ref)
    return forge_of(sender).parse_webhook_event(headers, payload)


@pytest.fixture(params=SENDERS, ids=lambda sender: sender.name)
def sender(request):
    return request.param


@pytest.mark.feature("GIT-01", "GIT-03", "GIT-04", "GIT-05", "GIT-06", "GIT-08", "HOOK-07")
def test_what_it_signs_is_believed(sender):
    assert forge_of(sender).verify_webhook_signature(BODY, sender.vouch(SECRET, BODY))


def test_two_secrets_while_one_replaces_the_other(sender):
    signed = sender.vouch(SECRET, BODY)
    for secrets, believed in ((["new", SECRET], True), ([SECRET, "old"], True), (["new", "old"], False)):
        assert forge_of(sender, secrets).verify_webhook_signature(BODY, signed) is believed


def test_any_other_signature_is_not(sender):
    (name, good), *_ = sender.vouch(SECRET, BODY).items()
    wrong = ["", good[:-1], good + "0", f" {good}", f"{good}, {good}", good[:-1] + "é", "\ud800"]
    wrong += [good.swapcase(), "sha256=", "sha1=", "sha256", "0" * 64, "sha256=" + "0" * 64, "zz" * 32]
    for signature in wrong:
        assert not forge_of(sender).verify_webhook_signature(BODY, {name: signature}), signature
    assert not forge_of(sender).verify_webhook_signature(BODY, {})


def test_no_other_header_counts(sender):
    (name, good), *_ = sender.vouch(SECRET, BODY).items()
    others = {other.signature for other in SENDERS} - {name}
    for other in others:
        assert not forge_of(sender).verify_webhook_signature(BODY, {other: good})
        assert not forge_of(sender).verify_webhook_signature(BODY, {other: good, name: ""})


@pytest.mark.parametrize("secret", ["", "  ", None, [], "${FRAISIER_WEBHOOK_SECRET}", [""]])
def test_without_a_secret_nothing_is_believed(sender, secret):
    empty = sender.vouch("", BODY) if sender.provider == "gitlab" else {sender.signature: ""}
    for headers in (empty, sender.vouch(SECRET, BODY), {sender.signature: ""}, {}):
        assert not forge_of(sender, secret).verify_webhook_signature(BODY, headers)


@pytest.mark.feature("GIT-12", "GIT-13")
def test_a_push(sender):
    event = read(sender)
    assert event.pushes_branch
    assert (event.provider, event.delivery_id, event.sender) == (sender.provider, "d-1", "ada")
    assert (event.branch, event.ref, event.before_sha, event.commit_sha) == ("main", "refs/heads/main", A, B)
    assert event.repository == "acme/api"
    assert any("git.example.com" in url for url in event.repository_urls)
    assert event.raw_payload == sender.push("refs/heads/main", A, B)
    assert event.also == ()


def test_sha256_repositories(sender):
    event = read(sender, before="c" * 64, after="d" * 64)
    assert (event.before_sha, event.commit_sha) == ("c" * 64, "d" * 64)


def test_a_new_branch(sender):
    event = read(sender, before=NOTHING)
    assert (event.pushes_branch, event.before_sha, event.commit_sha) == (True, None, B)


@pytest.mark.feature("GIT-15")
def test_a_deleted_branch(sender):
    event = read(sender, after=NOTHING)
    assert (event.is_deleted, event.commit_sha, event.pushes_branch) == (True, None, False)
    assert (event.branch, event.before_sha) == ("main", A)


@pytest.mark.parametrize(("before", "after"), [(NOTHING, B), (A, B), (A, NOTHING)])
def test_a_tag(sender, before, after):
    event = read(sender, "refs/tags/v1.0", before, after)
    assert (event.is_tag, event.branch, event.ref, event.pushes_branch) == (
        True,
        None,
        "refs/tags/v1.0",
        False,
    )


@pytest.mark.parametrize(
    "branch", ["feature/a-b", "release/1.2", "ünïcode", "a$(id)", "x;rm", "q`id`", "<b>", "'", '"', "&&"]
)
def test_a_branch_is_everything_after_refs_heads(sender, branch):
    assert read(sender, f"refs/heads/{branch}").branch == branch


@pytest.mark.parametrize(
    "ref",
    [
        "refs/heads/",
        "refs/heads/--upload-pack=id",
        "refs/heads/a b",
        "refs/heads/../x",
        "refs/heads/a\nb",
        "refs/heads/a\x7fb",
        "refs/heads/a\u202eb",
        "refs/heads/" + "x" * 1025,
        "refs/heads/a.lock",
    ],
)
def test_a_name_that_git_does_not_accept(sender, ref):
    with pytest.raises(MalformedEvent):
        read(sender, ref)


@pytest.mark.parametrize(
    "commit", ["", "main", "A" * 40, "a" * 39, "a" * 41, B + "\n", None, 7, [B], "$(id)"]
)
def test_what_is_no_commit(sender, commit):
    with pytest.raises(MalformedEvent):
        read(sender, after=commit)


def broken(payload):
    """The payload with one value after the other replaced by something that has no business there."""
    for path in paths(payload):
        for wrong in (None, 7, [], {}, "", "../etc/passwd", "a$(id)/b", "<script>", "x" * 5000, True):
            changed = copy.deepcopy(payload)
            *way, last = path
            place = changed
            for step in way:
                place = place[step]
            place[last] = wrong
            yield changed


def paths(value, before=()):
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*before, key)
        if isinstance(inner, dict | list):
            yield from paths(inner, (*before, key))


def test_a_body_that_is_not_what_it_should_be_is_read_or_refused_and_never_crashes(sender):
    """Whatever is taken is fit for rows, logs and arguments."""
    payload = sender.push("refs/heads/main", A, B)
    headers = sender.headers(encoded(payload), secret=SECRET)
    for changed in broken(payload):
        try:
            event = forge_of(sender).parse_webhook_event(headers, changed)
        except MalformedEvent:
            continue
        for one in (event, *event.also):
            assert one.commit_sha in {A, B, None}
            assert one.branch is None or (is_name(one.branch) and len(one.branch) <= 1024)
            assert one.repository in {"acme/api", None}
            assert one.sender is None or len(one.sender) <= 255


def test_an_event_that_the_body_contradicts(sender):
    payload = sender.push("refs/heads/main", A, B)
    name = next(iter(sender.beside))
    for event in (
        "",
        "nonsense!",
        "push\n",
        *({"push", "Push Hook", "repo:push"} - set(sender.events.values())),
    ):
        with pytest.raises(MalformedEvent):
            forge_of(sender).parse_webhook_event({name: event}, payload)
    with pytest.raises(MalformedEvent):
        forge_of(sender).parse_webhook_event({name: sender.events["push"]}, {"zen": "none"})
