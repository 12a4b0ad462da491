"""An HTTP server that keeps what it is sent and answers as it is told."""

from __future__ import annotations

import base64
import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec

from tests.support.ports import free_port


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Listener:
    """`answer` is status, headers and body; `judge` may refuse a request as its real receiver would.

    What lies below `files` can be read.
    """

    def __init__(self, port: int | None = None) -> None:
        self.port = port or free_port()
        self.heard: list[Heard] = []
        self.answer: tuple[int, dict[str, str], bytes] = (200, {}, b"ok")
        self.judge: Any = None
        self.files: Path | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def reply(self, request: Heard) -> tuple[int, dict[str, str], bytes]:
        self.heard.append(request)
        refused = self.judge(request) if self.judge else None
        return refused or self.answer


def signature_of(heard: Heard, secret: str) -> str:
    """What Standard Webhooks asks for, computed by openssl."""
    signed = f"{heard.headers['webhook-id']}.{heard.headers['webhook-timestamp']}.".encode() + heard.body
    key = base64.b64decode(secret.removeprefix("whsec_")).hex()
    openssl = ["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{key}", "-binary"]
    digest = subprocess.run(openssl, input=signed, capture_output=True, check=True).stdout
    return f"v1,{base64.b64encode(digest).decode()}"


@contextmanager
def listening(port: int | None = None) -> Iterator[Listener]:
    listener = Listener(port)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            heard = Heard(method=self.command, path=self.path, headers=headers, body=body)
            status, more, said = listener.reply(heard)
            self.send_response(status)
            for name, value in {**more, "Content-Length": str(len(said))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said)

        def do_GET(self) -> None:
            file = listener.files / self.path.partition("?")[0].strip("/") if listener.files else None
            found = file.read_bytes() if file and file.is_file() else None
            self.send_response(404 if found is None else 200)
            self.send_header("Content-Length", str(len(found or b"")))
            self.end_headers()
            self.wfile.write(found or b"")

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

    server = Server(("127.0.0.1", listener.port), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
