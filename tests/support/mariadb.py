"""A real MariaDB server of its own on a Unix socket."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support import debian, processes


@contextmanager
def mariadb(folder: Path) -> Iterator[str]:
    """The address of a fresh server; it is ended at the end. Skips where its packages cannot be had."""
    try:
        root = debian.unpacked("mariadb", debian.MARIADB)
    except debian.Absent as absent:
        pytest.skip(str(absent))
    env = {**os.environ, "LD_LIBRARY_PATH": ":".join(map(str, root.glob("usr/lib/*-linux-gnu")))}
    common = ["--no-defaults", f"--basedir={root}/usr", f"--datadir={folder}/data", "--user=root"]
    install = [f"{root}/usr/bin/mariadb-install-db", *common, "--auth-root-authentication-method=normal"]
    _run([*install, "--skip-test-db"], env)
    socket = folder / "socket"
    server = [f"{root}/usr/sbin/mariadbd", *common, "--skip-networking", f"--socket={socket}"]
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(server, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        assert processes.until(socket.exists, 20), (folder / "log").read_text()
        yield f"mysql://root@localhost/mysql?unix_socket={socket}"
    finally:
        running.terminate()
        running.wait(timeout=20)


def _run(command: list[str], env: dict[str, str]) -> None:
    done = subprocess.run(
        command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
