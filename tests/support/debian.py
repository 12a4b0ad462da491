"""Programs from Debian's packages, unpacked once below .cache: nothing of them is installed on this machine."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

CACHE = Path(__file__).parents[2] / ".cache"
MARIADB = (
    *("mariadb-server", "mariadb-server-core", "mariadb-client-core", "mariadb-common", "mysql-common"),
    *("libmariadb3", "galera-4", "libaio1", "liburing2", "libsnappy1v5"),
)
PROMETHEUS = ("prometheus",)


class Absent(Exception):
    """The packages cannot be had here; the message says why, in one line."""


def unpacked(name: str, packages: tuple[str, ...]) -> Path:
    """The folder with the files of these packages. One process at a time unpacks; a folder that is there is whole.

    Raises `Absent`.
    """
    folder = CACHE / name
    folder.mkdir(parents=True, exist_ok=True)
    root = folder / "root"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not root.exists():
            _unpack(packages, folder / "new", root)
    return root


def prepare() -> None:
    """Have all of them. Raises `Absent`."""
    unpacked("mariadb", MARIADB)
    unpacked("prometheus", PROMETHEUS)


def _unpack(packages: tuple[str, ...], new: Path, root: Path) -> None:
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        raise Absent(f"{packages[0]} comes from the packages of Debian, and apt-get or dpkg-deb is missing")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir()
    if not _download(packages, new) and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-qq"], capture_output=True, check=False)
        _download(packages, new)
    if len(found := list(new.glob("*.deb"))) < len(packages):
        raise Absent(f"the packages {' '.join(packages)} cannot be downloaded here")
    for package in found:
        subprocess.run(["dpkg-deb", "-x", str(package), str(new / "root")], check=True)
    (new / "root").rename(root)


def _download(packages: tuple[str, ...], folder: Path) -> bool:
    got = subprocess.run(
        ["apt-get", "download", "-qq", *packages], cwd=folder, capture_output=True, check=False
    )
    return got.returncode == 0
