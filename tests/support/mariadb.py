"""A real MariaDB server of its own on a Unix socket, from Debian's packages, unpacked once below .cache."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support import processes

CACHE = Path(__file__).parents[2] / ".cache" / "mariadb"
PACKAGES = (
    *("mariadb-server", "mariadb-server-core", "mariadb-client-core", "mariadb-common", "mysql-common"),
    *("libmariadb3", "galera-4", "libaio1", "liburing2", "libsnappy1v5"),
)


@contextmanager
def mariadb(folder: Path) -> Iterator[str]:
    """The address of a fresh server; it is ended at the end. Skips where its packages cannot be had."""
    root = _unpacked()
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


def _unpacked() -> Path:
    """One test at a time unpacks; a folder that is there is whole."""
    CACHE.mkdir(parents=True, exist_ok=True)
    root = CACHE / "root"
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if root.exists():
            return root
        if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
            pytest.skip("MariaDB's packages come from Debian")
        new = CACHE / "new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir()
        got = subprocess.run(
            ["apt-get", "download", "-qq", *PACKAGES], cwd=new, capture_output=True, check=False
        )
        if got.returncode != 0:
            pytest.skip("MariaDB's packages cannot be downloaded here")
        for package in new.glob("*.deb"):
            _run(["dpkg-deb", "-x", str(package), str(new / "root")], dict(os.environ))
        (new / "root").rename(root)
    return root


def _run(command: list[str], env: dict[str, str]) -> None:
    done = subprocess.run(
        command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
