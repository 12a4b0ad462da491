"""A small strawberry shop: it greets, and says how it is. Whoever starts it gives it PORT."""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

VERSION = "v1"
STRAWBERRIES = 12


def greeting() -> str:
    return f"Welcome to the strawberry shop, {VERSION}\n"


def health() -> str:
    return json.dumps({"status": "ok", "version": VERSION, "baskets": STRAWBERRIES // 4})


class Shop(BaseHTTPRequestHandler):
    """Answers `/` for visitors and `/health` for those who watch over it."""

    def do_GET(self) -> None:
        try:
            status, text = 200, health() if self.path == "/health" else greeting()
        except TypeError as error:
            self.log_error("cannot count the baskets: %s", error)
            status, text = 500, f"cannot count the baskets: {error}\n"
        self.send_response(status)
        self.send_header("X-Version", VERSION)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Visitors are too many to mention."""


if __name__ == "__main__":
    sys.stderr.write(f"{VERSION} opens the shop on port {os.environ['PORT']}\n")
    ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Shop).serve_forever()
