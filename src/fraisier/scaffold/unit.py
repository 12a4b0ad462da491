"""The text of the systemd unit for `fraisier serve`. See systemd.service(5) and "Sandboxing" in systemd.exec(5). Pure.

It may do what deploying needs: write wherever releases go, become other users, end their processes, and speak with
systemd. It may not touch devices, the clock, the kernel and its modules, or /usr.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from fraisier.hosts.systemd_unit import quoted, quoted_path

NAME: Final = "fraisier-webhook.service"
FOLDER: Final = "/etc/systemd/system"
FROZEN: Final = ("/usr/", "/boot/", "/efi/", "/etc/")  # by ProtectSystem=full
PASSED_ON: Final = (
    *("FRAISIER_DB_PATH", "FRAISIER_WORK_DIR", "FRAISIER_SSH_KEY", "FRAISIER_HOST", "FRAISIER_PORT"),
    *("FRAISIER_GIT_PROVIDER", "FRAISIER_LEASE_SECONDS", "FRAISIER_RETRY_SECONDS", "FRAISIER_LOG"),
)
"""What a shell says and a service must be told. Secrets are not among them: they stand in secrets.env."""

_TEMPLATE: Final = """\
# Written by `fraisier init --systemd`. After a change: systemctl daemon-reload && systemctl restart fraisier-webhook
[Unit]
Description=Fraisier receives pushes and runs what they ask for
Wants=network-online.target
After=network-online.target

[Service]
Type=exec
ExecStart={program} serve -c {config}
ExecReload=/bin/kill -HUP $MAINPID
Restart=on-failure
RestartSec=2
# The first SIGTERM parks what runs, and whoever starts next goes on from there. What is deployed lives elsewhere.
KillMode=mixed
TimeoutStopSec=90
StateDirectory=fraisier
CacheDirectory=fraisier
LogsDirectory=fraisier
StateDirectoryMode=0700
CacheDirectoryMode=0700
{environment}{system}NoNewPrivileges=yes
PrivateDevices=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictNamespaces=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
CapabilityBoundingSet=CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER CAP_FSETID CAP_KILL CAP_SETGID CAP_SETUID
CapabilityBoundingSet=CAP_NET_BIND_SERVICE CAP_SYS_PTRACE

[Install]
WantedBy=multi-user.target
"""


def render(program: str, config: str, environ: Mapping[str, str], app_paths: Sequence[str]) -> str:
    """The unit that runs `program` with the file `config`; `app_paths` are those of this machine."""
    told = [f"Environment={quoted(f'{name}={environ[name]}')}\n" for name in PASSED_ON if environ.get(name)]
    frozen = any(path.startswith(FROZEN) for path in app_paths)
    return _TEMPLATE.format(
        program=quoted_path(program),
        config=quoted(config),
        environment="".join(told),
        system="" if frozen else f"ProtectSystem=full\nReadWritePaths={FOLDER}\n",
    )
