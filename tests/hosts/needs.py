"""What this machine must offer to have hosts, or a Docker engine, on it."""

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
DOCKER = {
    "dockerd": "docker.io",
    "docker": "docker-cli",  # part of docker.io where there is no such package
    "docker-registry": "docker-registry",
    "busybox": "busybox-static",
    "iptables": "iptables",
    "ip": "iproute2",
    "nsenter": "util-linux",
}

OTHERS = {
    "rsync": "rsync",
    "mkfs.ext4": "e2fsprogs",
    "mount": "mount",
    "unshare": "util-linux",
    "setpriv": "util-linux",
    "/usr/bin/python3": "python3",
}

WATCHERS = Path("/proc/sys/fs/inotify/max_user_instances")
ENOUGH = 1024
"""Of root's inotify instances: a host has about eight, and the kernel's usual 128 end with the fifteenth host."""


class Missing(Exception):
    """Hosts cannot come up here; the message says why, in one line."""


def check() -> None:
    """Raises `Missing` with everything that is."""
    if found := "; ".join(_missing(PACKAGES)):
        raise Missing(f"no systemd hosts on this machine: {found}")


def make_room() -> None:
    """Let so many hosts be up at the same time as all workers of the tests want; until the machine restarts."""
    if int(WATCHERS.read_text(encoding="ascii")) < ENOUGH:
        WATCHERS.write_text(str(ENOUGH), encoding="ascii")


def check_docker() -> None:
    """Raises `Missing` with everything that an engine needs and is not here."""
    if found := "; ".join(_missing(DOCKER)):
        raise Missing(f"no Docker engine on this machine: {found}")


def install() -> None:
    """Get the tools that are missing from the package manager, when we may."""
    wanted = {**PACKAGES, **DOCKER, **OTHERS}
    packages = sorted({package for tool, package in wanted.items() if not shutil.which(tool)})
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        _apt_get("update", "-qq")
        known = [package for package in packages if _apt_get("show", package, program="apt-cache")]
        _apt_get("install", "-qq", "--yes", "--no-install-recommends", *known)


def _apt_get(*words: str, program: str = "apt-get") -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run([program, *words], env=environment, stdout=subprocess.DEVNULL, check=False)
    return done.returncode == 0


def _missing(wanted: dict[str, str]) -> Iterator[str]:
    if os.geteuid() != 0:
        yield "only root may have them"
    if absent := {package for tool, package in wanted.items() if not shutil.which(tool)}:
        yield f"not installed: {' '.join(sorted(absent))}"
    if not shutil.which("apt-get"):
        yield "they are made from the packages of Debian or Ubuntu, and apt-get is missing"
    if "overlay" not in Path("/proc/filesystems").read_text(encoding="ascii"):
        yield "the kernel has no overlay file system"
    if not Path("/proc/self/ns/net").exists():
        yield "the kernel has no network namespaces"
    if not Path("/sys/fs/cgroup").is_dir():
        yield "no control groups are mounted"
