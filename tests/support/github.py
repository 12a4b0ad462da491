"""A GitHub push as GitHub sends and signs it."""

from __future__ import annotations

import hashlib
import hmac
import json
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


def push(
    *, clone_url: str, before: str, after: str, branch: str = "main", sender: str = "octocat"
) -> dict[str, Any]:
    """The payload of a `push` event; see GitHub's webhook reference."""
    return {
        "ref": f"refs/heads/{branch}",
        "before": before,
        "after": after,
        "created": set(before) == {"0"},
        "deleted": False,
        "forced": False,
        "repository": {"id": 1, "name": "shop", "full_name": "octocat/shop", "clone_url": clone_url},
        "pusher": {"name": sender, "email": "octocat@example.com"},
        "sender": {"login": sender, "id": 1},
        "head_commit": {"id": after, "message": "a new version"},
    }


def send(
    address: str, payload: dict[str, Any], *, secret: str, event: str = "push", **headers: str
) -> Answer:
    """POST it to /webhook, signed with the secret over the very bytes that are sent."""
    body = json.dumps(payload).encode()
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    request = urllib.request.Request(
        f"{address}/webhook",
        data=body,
        headers={
            "Content-Type": "application/json",
            "X-GitHub-Event": event,
            "X-GitHub-Delivery": str(uuid.uuid4()),
            "X-Hub-Signature-256": f"sha256={digest}",
            **headers,
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as got:
            return Answer(status=got.status, body=json.load(got), headers=dict(got.headers))
    except urllib.error.HTTPError as refused:
        return Answer(status=refused.code, body=json.load(refused), headers=dict(refused.headers))
