"""The webhook that the demo sends is one that GitHub could have sent."""

import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from fraisier.demo import push
from fraisier.demo.workshop import Workshop
from fraisier.errors import Unreachable


@pytest.fixture
def forge_target():
    """A server that keeps the one request it gets."""
    seen = {}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.update(path=self.path, headers=self.headers, body=body)
            self.send_response(202)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    yield server.server_port, seen
    thread.join(timeout=5)
    server.server_close()


def workshop(port):
    return Workshop(folder=Path("/nowhere"), service_port=1, server_port=port, secret="s3cret")


def test_the_signature_is_over_the_very_bytes(forge_target):
    port, seen = forge_target
    status, body = push.deliver(workshop(port), before="a" * 40, after="b" * 40, subject="Greet")
    assert (status, body) == (202, "{}")
    digest = hmac.new(b"s3cret", seen["body"], hashlib.sha256).hexdigest()
    assert seen["headers"]["X-Hub-Signature-256"] == f"sha256={digest}"
    assert seen["headers"]["X-GitHub-Event"] == "push"
    event = json.loads(seen["body"])
    assert (event["ref"], event["before"], event["after"]) == ("refs/heads/main", "a" * 40, "b" * 40)


def test_no_server():
    with pytest.raises(Unreachable, match=r"http://127\.0\.0\.1:1"):
        push.deliver(workshop(1), before="a" * 40, after="b" * 40, subject="Greet")
