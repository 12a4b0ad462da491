"""A real SSH server that gives out Git repositories to the holder of one key: `python -m tests.support.ssh`."""

from __future__ import annotations

import asyncio
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from tests.support.ports import free_port
from tests.support.processes import until


@dataclass(frozen=True, kw_only=True)
class GitServer:
    """`url` of the repository, the `good` and the `bad` private key, and a `known_hosts` line in a file."""

    url: str
    good: Path
    bad: Path
    known_hosts: Path


@contextmanager
def serving(repository: Path, folder: Path) -> Iterator[GitServer]:
    """Serve the repository on a free port until the block ends; keys are made in the folder."""
    host, good, bad = (_key(folder / name) for name in ("host", "good", "bad"))
    port = free_port()
    known = folder / "known_hosts"
    known.write_text(f"[127.0.0.1]:{port} {host.with_suffix('.pub').read_text()}", encoding="utf-8")
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.support.ssh", str(port), str(host), str(good.with_suffix(".pub"))],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.DEVNULL,
    )
    try:
        assert until(lambda: _listening(port))
        yield GitServer(url=f"ssh://git@127.0.0.1:{port}{repository}", good=good, bad=bad, known_hosts=known)
    finally:
        server.kill()
        server.wait()


def _key(path: Path) -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)
    return path


def _listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def _serve(port: str, host: str, allowed: str) -> None:
    await asyncssh.listen(
        "127.0.0.1",
        int(port),
        server_host_keys=[host],
        authorized_client_keys=allowed,
        process_factory=_upload_pack,
        encoding=None,
    )
    await asyncio.Event().wait()


async def _upload_pack(process: asyncssh.SSHServerProcess[bytes]) -> None:
    program, path = shlex.split(process.command or "")[-2:]
    assert program.endswith("upload-pack")
    git = await asyncio.create_subprocess_exec(
        *("git", "-c", "safe.directory=*", "upload-pack", path),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    await process.redirect(stdin=git.stdin, stdout=git.stdout, stderr=git.stderr)
    process.exit(await git.wait())


if __name__ == "__main__":
    asyncio.run(_serve(*sys.argv[1:]))
