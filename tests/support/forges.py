"""Every forge as it sends: the body of a push, and the headers with which it vouches for it. OpenSSL signs."""

from __future__ import annotations

import base64
import json
import subprocess
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

NOTHING = "0" * 40
Body = dict[str, Any]


def hmac_hex(secret: str, body: bytes, digest: str = "sha256") -> str:
    """What `openssl dgst` makes of it."""
    key = secret.encode().hex()
    command = ["openssl", "dgst", f"-{digest}", "-mac", "HMAC", "-macopt", f"hexkey:{key}", "-hex"]
    return subprocess.run(command, input=body, capture_output=True, check=True).stdout.split()[-1].decode()


def standard_webhook(secret: str, identifier: str, timestamp: str, body: bytes) -> str:
    """A signature as Standard Webhooks has it; its key is what `whsec_…` holds in base64."""
    key = base64.b64decode(secret.removeprefix("whsec_")).hex()
    signed = f"{identifier}.{timestamp}.".encode() + body
    command = ["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{key}", "-binary"]
    made = subprocess.run(command, input=signed, capture_output=True, check=True).stdout
    return "v1," + base64.b64encode(made).decode()


@dataclass(frozen=True, kw_only=True)
class Sender:
    """One forge. `push(ref, before, after)` is a body; `vouch(secret, body)` are the headers that sign it."""

    name: str
    provider: str
    events: dict[str, str]
    push: Callable[[str, str, str], Body]
    vouch: Callable[[str, bytes], dict[str, str]]
    deliveries: str = ""
    beside: dict[str, str]
    signature: str

    def headers(
        self, body: bytes, *, secret: str, delivery: str | None = None, ref: str = ""
    ) -> dict[str, str]:
        """Everything that it sends with a push."""
        event = self.events["tag" if ref.startswith("refs/tags/") else "push"]
        return {
            "Content-Type": "application/json",
            **{name: event for name in self.beside.values() if name},
            next(iter(self.beside)): event,
            self.deliveries: delivery or str(uuid.uuid4()),
            **self.vouch(secret, body),
        }


def _github_like(ref: str, before: str, after: str) -> Body:
    urls = {
        "clone_url": "https://git.example.com/acme/api.git",
        "ssh_url": "git@git.example.com:acme/api.git",
    }
    return {
        "ref": ref,
        "before": before,
        "after": after,
        "commits": [],
        "repository": {"id": 1, "full_name": "acme/api", "name": "api", **urls},
        "pusher": {"login": "ada", "username": "ada"},
        "sender": {"login": "ada", "id": 7},
    }


def _github(ref: str, before: str, after: str) -> Body:
    return _github_like(ref, before, after) | {"deleted": after == NOTHING, "created": before == NOTHING}


def _gitlab(ref: str, before: str, after: str) -> Body:
    kind = "tag_push" if ref.startswith("refs/tags/") else "push"
    return {
        "object_kind": kind,
        "event_name": kind,
        "before": before,
        "after": after,
        "ref": ref,
        "checkout_sha": None if after == NOTHING else after,
        "user_username": "ada",
        "project": {
            "path_with_namespace": "acme/api",
            "git_http_url": "https://git.example.com/acme/api.git",
            "git_ssh_url": "git@git.example.com:acme/api.git",
        },
    }


def _cloud_side(ref: str, commit: str) -> Body | None:
    kind = "tag" if ref.startswith("refs/tags/") else "branch"
    name = ref.split("/", 2)[2]
    return None if commit == NOTHING else {"type": kind, "name": name, "target": {"hash": commit}}


def _bitbucket_cloud(ref: str, before: str, after: str) -> Body:
    change = {"old": _cloud_side(ref, before), "new": _cloud_side(ref, after), "closed": after == NOTHING}
    return {
        "actor": {"nickname": "ada", "display_name": "Ada L."},
        "repository": {
            "full_name": "acme/api",
            "links": {"html": {"href": "https://git.example.com/acme/api"}},
        },
        "push": {"changes": [change]},
    }


def _bitbucket_server(ref: str, before: str, after: str) -> Body:
    kind = "ADD" if before == NOTHING else "DELETE" if after == NOTHING else "UPDATE"
    clone = [
        {"name": "http", "href": "https://git.example.com/scm/acme/api.git"},
        {"name": "ssh", "href": "ssh://git@git.example.com:7999/acme/api.git"},
    ]
    return {
        "eventKey": "repo:refs_changed",
        "actor": {"name": "ada", "displayName": "Ada L."},
        "repository": {"slug": "api", "project": {"key": "acme"}, "links": {"clone": clone}},
        "changes": [{"refId": ref, "fromHash": before, "toHash": after, "type": kind}],
    }


def _prefixed(name: str, digest: str = "sha256") -> Callable[[str, bytes], dict[str, str]]:
    return lambda secret, body: {name: f"{digest}={hmac_hex(secret, body, digest)}"}


def _bare(name: str) -> Callable[[str, bytes], dict[str, str]]:
    return lambda secret, body: {name: hmac_hex(secret, body)}


def _token(secret: str, body: bytes) -> dict[str, str]:
    return {"X-Gitlab-Token": secret}


def signed_by_gitlab(
    secret: str, body: bytes, *, age: float = 0.0, identifier: str | None = None
) -> dict[str, str]:
    """GitLab's signing token vouches for id, time and body."""
    name, timestamp = identifier or f"msg_{uuid.uuid4().hex}", str(int(time.time() - age))
    return {
        "webhook-id": name,
        "webhook-timestamp": timestamp,
        "webhook-signature": standard_webhook(secret, name, timestamp, body),
    }


PUSH = {"push": "push", "tag": "push"}
GITLAB = {"push": "Push Hook", "tag": "Tag Push Hook"}

SENDERS = [
    Sender(
        name="github", provider="github", events=PUSH, push=_github, vouch=_prefixed("X-Hub-Signature-256"),
        deliveries="X-GitHub-Delivery", beside={"X-GitHub-Event": ""}, signature="X-Hub-Signature-256",
    ),
    Sender(
        name="gitlab", provider="gitlab", events=GITLAB, push=_gitlab, vouch=_token,
        deliveries="Idempotency-Key", beside={"X-Gitlab-Event": ""}, signature="X-Gitlab-Token",
    ),
    Sender(
        name="gitea", provider="gitea", events=PUSH, push=_github_like, vouch=_bare("X-Gitea-Signature"),
        deliveries="X-Gitea-Delivery", signature="X-Gitea-Signature",
        beside={"X-Gitea-Event": "X-GitHub-Event", "X-Gogs-Event": "X-Gogs-Event"},
    ),
    Sender(
        name="forgejo", provider="forgejo", events=PUSH, push=_github_like, vouch=_bare("X-Forgejo-Signature"),
        deliveries="X-Forgejo-Delivery", signature="X-Forgejo-Signature",
        beside={"X-Forgejo-Event": "X-Gitea-Event", "X-GitHub-Event": "X-GitHub-Event"},
    ),
    Sender(
        name="bitbucket cloud", provider="bitbucket", events={"push": "repo:push", "tag": "repo:push"},
        push=_bitbucket_cloud, vouch=_prefixed("X-Hub-Signature"), deliveries="X-Request-UUID",
        beside={"X-Event-Key": ""}, signature="X-Hub-Signature",
    ),
    Sender(
        name="bitbucket server", provider="bitbucket",
        events={"push": "repo:refs_changed", "tag": "repo:refs_changed"}, push=_bitbucket_server,
        vouch=_prefixed("X-Hub-Signature"), deliveries="X-Request-Id", beside={"X-Event-Key": ""},
        signature="X-Hub-Signature",
    ),
]  # fmt: skip


def encoded(payload: Body) -> bytes:
    return json.dumps(payload).encode()
