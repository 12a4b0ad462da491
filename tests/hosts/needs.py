"""What this machine must offer to have hosts on it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

PACKAGES = {
    "debootstrap": "debootstrap",
    "systemd-nspawn": "systemd-container",
    "ip": "iproute2",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
}


class Missing(Exception):
    """Hosts cannot come up here; the message says why, in one line."""


def check() -> None:
    """Raises `Missing` with everything that is."""
    if found := "; ".join(_missing()):
        raise Missing(f"no systemd hosts on this machine: {found}")


def install() -> None:
    """Get the tools that are missing from the package manager, when we may."""
    packages = sorted({package for tool, package in PACKAGES.items() if not shutil.which(tool)})
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "install", "-qq", "--yes", "--no-install-recommends", *packages]
        for words in (["apt-get", "update", "-qq"], install):
            subprocess.run(words, env=environment, stdout=subprocess.DEVNULL, check=False)


def _missing() -> Iterator[str]:
    if os.geteuid() != 0:
        yield "only root may have them"
    if absent := {package for tool, package in PACKAGES.items() if not shutil.which(tool)}:
        yield f"not installed: {' '.join(sorted(absent))}"
    if not shutil.which("apt-get"):
        yield "they are made from the packages of Debian or Ubuntu, and apt-get is missing"
    if "overlay" not in Path("/proc/filesystems").read_text(encoding="ascii"):
        yield "the kernel has no overlay file system"
    if not Path("/proc/self/ns/net").exists():
        yield "the kernel has no network namespaces"
    if not Path("/sys/fs/cgroup").is_dir():
        yield "no control groups are mounted"
