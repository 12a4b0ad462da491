"""A small cloud: it takes deployments over HTTP, as the faq's example of a provider expects one to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Cloud:
    """`calls` are what it was asked for, in order; versions in `sick` never become well, `refused` are turned away.

    Nothing is deployed as long as `open` is clear.
    """

    address: str = ""
    live: list[str] = field(default_factory=list)
    calls: list[tuple[str, Any]] = field(default_factory=list)
    sick: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    open: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.open.set()

    @property
    def version(self) -> str | None:
        return self.live[-1] if self.live else None

    def deploy(self, asked: dict[str, Any]) -> int:
        self.calls.append(("deploy", asked))
        self.open.wait(60)
        if asked["version"] in self.refused:
            return 409
        self.live.append(asked["version"])
        return 201

    def rollback(self, asked: dict[str, Any]) -> int:
        self.calls.append(("rollback", asked))
        if len(self.live) < 2:
            return 409
        self.live.pop()
        return 201


@contextmanager
def cloud() -> Iterator[Cloud]:
    made = Cloud()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            act = made.deploy if self.path == "/deployments" else made.rollback
            self.answer(act(asked))

        def do_GET(self) -> None:
            well = made.version is not None and made.version not in made.sick
            if self.path == "/health":
                self.answer(200 if well else 503)
            else:
                self.answer(200, {"version": made.version, "running": made.version is not None})

        def answer(self, status: int, body: Any = None) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            with suppress(OSError):  # whoever asked may be dead
                self.end_headers()
                self.wfile.write(content)

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.address = f"http://127.0.0.1:{server.server_port}"
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        serving.join()
