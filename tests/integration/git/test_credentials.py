"""A repository behind a password: it arrives, and shows nowhere on the way."""

from __future__ import annotations

import base64
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from fraisier.errors import Unreachable
from fraisier.git.fetch import FetchCommit, FetchCommitKind
from fraisier.git.mirror import mirror_path
from fraisier.git.remote import resolve
from fraisier.model.step import Seen
from tests.support.local_host import LocalSite
from tests.support.origin import run

PASSWORD = "pa$$ 'w\"ord%"
QUOTED = "pa%24%24%20%27w%22ord%25"
EXPECTED = "Basic " + base64.b64encode(f"bot:{PASSWORD}".encode()).decode()


class Guarded(SimpleHTTPRequestHandler):
    """Serves files to who knows the password, and notes the command lines of the machine at that moment."""

    seen: list[bytes]

    def do_GET(self):
        if self.headers["Authorization"] != EXPECTED:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.seen += [words for path in Path("/proc").glob("[0-9]*/cmdline") if (words := _read(path))]
        super().do_GET()

    def log_message(self, *arguments):
        pass


@pytest.fixture
def guarded(origin):
    """The address of the repository (`{}` stands for the credentials), and the command lines seen."""
    seen: list[bytes] = []
    handler = partial(type("Handler", (Guarded,), {"seen": seen}), directory=str(origin.path.parent))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://{{}}127.0.0.1:{server.server_port}/origin.git", seen
    server.shutdown()
    server.server_close()


async def test_the_password_arrives_and_is_no_argument(origin, guarded, host):
    address, seen = guarded
    sha = origin.commit()
    run("update-server-info", cwd=origin.path)
    site = LocalSite(host, {"PASSWORD": QUOTED})
    step = FetchCommit(
        repository=address.format("bot:${PASSWORD}@"), mirror=mirror_path(address.format("")), commit=sha
    )
    found = await resolve(host, site.resolve(step.repository), branch="main", wanted=None, mirror=step.mirror)
    assert found.sha == sha
    await FetchCommitKind().apply(site, step)
    assert await FetchCommitKind().check(site, step) is Seen.DONE
    assert any(b"remote-http" in words for words in seen)
    assert not any(PASSWORD.encode() in words or QUOTED.encode() in words for words in seen)
    assert not any(PASSWORD in text or QUOTED in text for text in everything(step.mirror))


@pytest.mark.parametrize("credentials", ["", "bot:wrong-passw0rd@", "bot@"])
async def test_without_the_right_one(origin, guarded, host, credentials):
    origin.commit()
    run("update-server-info", cwd=origin.path)
    git_repo = guarded[0].format(credentials)
    with pytest.raises(Unreachable, match="refuses the credentials") as caught:
        await resolve(host, git_repo, branch="main", wanted=None, mirror="/nonexistent")
    assert "wrong-passw0rd" not in str(caught.value) + caught.value.hint


def everything(folder: str) -> list[str]:
    return [path.read_text(errors="replace") for path in Path(folder).rglob("*") if path.is_file()]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
