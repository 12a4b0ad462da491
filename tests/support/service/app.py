"""A small web service. The file `mode` beside it chooses how it misbehaves, `label` says which version it is."""

import json
import os
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

MODE = Path("mode").read_text().strip()
LABEL = Path("label").read_text().strip()
BUILT = Path("built").read_text().strip() if Path("built").exists() else None
PORT = int(os.environ["PORT"])


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        about = {
            "label": LABEL,
            "version": os.environ.get("FRAISIER_VERSION"),
            "built": BUILT,
            "pid": os.getpid(),
            "environment": dict(os.environ),
        }
        body = json.dumps(about).encode()
        self.send_response(500 if MODE == "sick" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def listening():
    """`patient` waits for as long as somebody else holds the port; all others die of it."""
    while True:
        try:
            return ThreadingHTTPServer(("127.0.0.1", PORT), Handler)
        except OSError:
            if MODE != "patient":
                raise
            time.sleep(0.05)


def main():
    print(f"starting {LABEL} ({MODE}) on {PORT}", flush=True)
    if MODE == "dies":
        sys.exit("cannot start")
    if MODE == "slow":
        time.sleep(1.2)
    if MODE == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    server = listening()
    if MODE == "escaped" and os.fork() == 0:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    server.serve_forever()


main()
