"""A small web service. The file `mode` beside it chooses how it misbehaves, `label` says which version it is."""

import json
import os
import signal
import sys
import time
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer

MODE = Path("mode").read_text().strip()
LABEL = Path("label").read_text().strip()
BUILT = Path("built").read_text().strip() if Path("built").exists() else None
PORT = int(os.environ["PORT"])


class Server(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class Answer(StreamRequestHandler):
    """HTTP by hand: http.server takes longer to import than all the rest, and this starts thousands of times."""

    def handle(self):
        if not self.rfile.readline():
            return
        while self.rfile.readline().strip():
            pass
        about = {
            "label": LABEL,
            "version": os.environ.get("FRAISIER_VERSION"),
            "built": BUILT,
            "pid": os.getpid(),
            "environment": dict(os.environ),
        }
        body = json.dumps(about).encode()
        status = "500 Internal Server Error" if MODE == "sick" else "200 OK"
        self.wfile.write(f"HTTP/1.0 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)


def listening():
    """`patient` waits for as long as somebody else holds the port; all others die of it."""
    while True:
        try:
            return Server(("127.0.0.1", PORT), Answer)
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
