"""Pushes as GitHub sends and signs them: GitHub's own example, each with commits of its own."""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from collections.abc import Iterator
from typing import Any

from tests.support.forgeries import forgeries
from tests.support.payloads import octokit

KEY = "what the pushes of the bench are signed with"


def push(number: int) -> bytes:
    """The body of a push to main, 7 KiB."""
    payload: dict[str, Any] = {
        **next(
            payload
            for event, payload in octokit()
            if event == "push" and payload["ref"] == "refs/heads/master"
        ),
        "ref": "refs/heads/main",
        "before": f"{number:040x}",
        "after": f"{number + 1:040x}",
    }
    return json.dumps(payload).encode()


def requests(path: str, first: int, count: int) -> list[bytes]:
    """Whole HTTP requests, none of which says what another does."""
    template = (
        push(0)
        .replace(b'"before": "' + b"0" * 40, b'"before": "%s')
        .replace(b'"after": "' + f"{1:040x}".encode(), b'"after": "%s')
    )
    before, middle, after = template.split(b"%s")
    return [
        _request(path, before + f"{number:040x}".encode() + middle + f"{number + 1:040x}".encode() + after)
        for number in range(first, first + count)
    ]


def forged(seed: str, key: str) -> Iterator[bytes]:
    """Whole HTTP requests that no forge has sent; one connection takes them all."""
    for path, headers, body in forgeries(seed, key):
        lines = [f"{name}: {value}" for name, value in headers.items()]
        head = "\r\n".join(
            [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", *lines, f"Content-Length: {len(body)}"]
        )
        yield head.encode("latin-1", "replace") + b"\r\n\r\n" + body


def _request(path: str, body: bytes) -> bytes:
    signature = hmac.digest(KEY.encode(), body, hashlib.sha256).hex()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"User-Agent: GitHub-Hookshot/1\r\nAccept: */*\r\nX-GitHub-Event: push\r\nX-GitHub-Delivery: {uuid.uuid4()}\r\n"
        f"X-Hub-Signature-256: sha256={signature}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
