"""The root file system that all hosts share: this machine's own distribution, from its own package source."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from tests.hosts import shell
from tests.hosts.layers import BASE, layer
from tests.hosts.needs import Missing

PACKAGES = (
    "ca-certificates", "curl", "dbus", "git", "iproute2", "libpam-systemd", "openssh-server", "procps", "python3",
    "python3-venv", "sudo", "systemd", "systemd-sysv",
)  # fmt: skip
MASKED = (
    "apt-daily-upgrade.timer", "apt-daily.timer", "console-getty.service", "container-getty@.service", "dev-mqueue.mount",
    "dpkg-db-backup.timer", "e2scrub_all.timer", "e2scrub_reap.service", "fstrim.timer", "getty.target", "getty@.service",
    "sys-kernel-config.mount", "sys-kernel-debug.mount", "sys-kernel-tracing.mount", "systemd-timesyncd.service",
    "systemd-udev-trigger.service", "systemd-udevd-control.socket", "systemd-udevd-kernel.socket", "systemd-udevd.service",
)  # fmt: skip
SOURCE = "$(ORIGIN) $(CODENAME) $(COMPONENT) $(REPO_URI)"


def root() -> Path:
    """Made in about a minute, and again only when this file or the distribution changes."""
    recipe = [platform.machine(), _codename(), PACKAGES, MASKED, Path(__file__).read_text(encoding="utf-8")]
    return layer("root", recipe, _build)


def python_version(root: Path) -> str:
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    return shell.run("chroot", root, "/usr/bin/python3", "-I", "-c", code)


def _build(folder: Path) -> None:
    address, components = package_source()
    debs = BASE / "debs"
    debs.mkdir(exist_ok=True)
    shell.run(
        "unshare", "--mount", "--propagation=private", "debootstrap", "--variant=minbase", f"--cache-dir={debs}",
        f"--components={','.join(components)}", f"--include={','.join(PACKAGES)}", _codename(), folder, address,
        deadline=600, env={"PATH": os.environ["PATH"], "DEBIAN_FRONTEND": "noninteractive"},
    )  # fmt: skip
    for unit in MASKED:
        (folder / "etc/systemd/system" / unit).unlink(missing_ok=True)
        (folder / "etc/systemd/system" / unit).symlink_to("/dev/null")
    for deb in (folder / "var/cache/apt/archives").glob("*.deb"):
        deb.unlink()
    (folder / "etc/machine-id").write_text("")
    (folder / "var/log/journal").mkdir(exist_ok=True)
    for key in (folder / "etc/ssh").glob("ssh_host_*"):
        key.unlink()


def _codename() -> str:
    return platform.freedesktop_os_release().get("VERSION_CODENAME", "")


def package_source() -> tuple[str, list[str]]:
    """Address and components from which this machine's own packages come."""
    for refresh in (False, True):
        if refresh:
            shell.run("apt-get", "update", "-qq", deadline=300)
        shown = shell.run("apt-get", "indextargets", "--format", SOURCE, "Created-By: Packages")
        lines = [line.split() for line in shown.splitlines()]
        ours = [line for line in lines if line[0] in {"Debian", "Ubuntu"} and line[1] == _codename()]
        if ours:
            return ours[0][3], sorted({line[2] for line in ours if line[3] == ours[0][3]})
    raise Missing(f"apt-get knows no source of packages for {_codename() or 'this system'}")
