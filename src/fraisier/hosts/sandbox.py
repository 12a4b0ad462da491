"""What systemd keeps a service from. See "Sandboxing" in systemd.exec(5). Pure.

Nothing here takes away what an ordinary service does: it may write wherever its user may, except below /usr, /boot
and /etc, use /tmp with others, run what it compiled itself, and open any socket of the internet.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fraisier.hosts.service_ref import ServiceRef

_ANYWHERE: Final = ("NoNewPrivileges=yes",)
_SYSTEM: Final = (
    "ProtectClock=yes",
    "ProtectControlGroups=yes",
    "ProtectHostname=yes",
    "ProtectKernelLogs=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelTunables=yes",
    "PrivateDevices=yes",
    "LockPersonality=yes",
    "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes",
    "RestrictNamespaces=yes",
    "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    "SystemCallErrorNumber=EPERM",
)
_FROZEN: Final = ("/usr/", "/etc/", "/boot/", "/efi/")  # by ProtectSystem=full
# What a service of root needs to take a port below 1024, own files and become another user.
_ROOTS: Final = (
    "CapabilityBoundingSet=CAP_NET_BIND_SERVICE CAP_CHOWN CAP_FOWNER CAP_FSETID CAP_DAC_OVERRIDE CAP_SETUID CAP_SETGID "
    "CAP_KILL"
)


def lines(ref: ServiceRef, *, system: bool) -> Iterator[str]:
    """What stands in the unit. A user's own service manager cannot hide parts of the disk."""
    if not ref.sandbox:
        return
    yield from _ANYWHERE
    if system:
        yield from _SYSTEM
        yield _ROOTS if ref.user is None else "CapabilityBoundingSet="
        if not ref.app_path.startswith(_FROZEN):
            yield "ProtectSystem=full"
