"""A push as GitHub reports it: https://docs.github.com/webhooks/webhook-events-and-payloads#push."""

from __future__ import annotations

import hashlib
import hmac
import json
import urllib.request
import uuid
from urllib.error import HTTPError, URLError

from fraisier.demo.workshop import Workshop
from fraisier.errors import Unreachable

NOTHING = "0" * 40


def deliver(workshop: Workshop, *, before: str, after: str, subject: str) -> tuple[int, str]:
    """Send the signed webhook over HTTP. Returns status and body; raises `Unreachable` without an answer."""
    body = _payload(workshop, before, after, subject)
    signature = hmac.new(workshop.secret.encode(), body, hashlib.sha256).hexdigest()
    request = urllib.request.Request(  # noqa: S310 - always http, to our own server
        f"{workshop.server}/webhook",
        data=body,
        headers={
            "Content-Type": "application/json",
            "User-Agent": "GitHub-Hookshot/fraisier-demo",
            "X-GitHub-Event": "push",
            "X-GitHub-Delivery": str(uuid.uuid4()),
            "X-Hub-Signature-256": f"sha256={signature}",
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
            return answer.status, answer.read().decode()
    except HTTPError as refused:
        return refused.code, refused.read().decode()
    except (URLError, OSError) as error:
        raise Unreachable(f"The server does not answer at {workshop.server}: {error}") from error


def _payload(workshop: Workshop, before: str, after: str, subject: str) -> bytes:
    commit = {
        "id": after,
        "message": subject,
        "author": {"name": "Gardener", "email": "gardener@example.com"},
    }
    event = {
        "ref": "refs/heads/main",
        "before": before,
        "after": after,
        "created": before == NOTHING,
        "deleted": False,
        "forced": False,
        "repository": {
            "id": 1,
            "name": "my_api",
            "full_name": "strawberries/my_api",
            "clone_url": str(workshop.origin),
            "default_branch": "main",
        },
        "pusher": {"name": "gardener", "email": "gardener@example.com"},
        "sender": {"login": "gardener", "id": 1},
        "head_commit": commit,
        "commits": [commit],
    }
    return json.dumps(event).encode()
