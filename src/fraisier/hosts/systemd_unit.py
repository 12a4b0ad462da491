"""The text of a systemd unit. See systemd.service(5), systemd.exec(5) and "Quoting" in systemd.syntax(7). Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from fraisier.hosts.service_ref import ServiceRef

ENV: Final = "/usr/bin/env"
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "%": "%%", "$": "$$"}

# One rule for both managers: a service behaves the same under each, so there is no sandbox here that could break
# one of them (docs of ProtectSystem=, PrivateTmp=: they hide or freeze parts of the disk, and need root).
# NoNewPrivileges costs an honest service nothing.
_TEMPLATE: Final = """\
# Written by Fraisier with each release; changes made here are lost at the next deployment.
[Unit]
Description={description}
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=60
StartLimitBurst=5

[Service]
Type=exec
WorkingDirectory={release_path}
{who}
Environment=PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
EnvironmentFile={env_file}
ExecStart={command}
Restart=on-failure
RestartSec=1
KillMode=mixed
TimeoutStopSec={stop_timeout:g}
NoNewPrivileges=yes

[Install]
WantedBy=default.target
"""


def render(ref: ServiceRef, *, release_path: str, argv: Sequence[str], description: str) -> str:
    """The unit that runs one release from its physical path, with the env file beside it."""
    return _TEMPLATE.format(
        description=_percent(" ".join(description.split())) or ref.name,
        release_path=_percent(release_path),
        env_file=_percent(_not_a_pattern(release_path + ".env")),
        command=command_line(argv, release_path),
        who=_who(ref.user),
        stop_timeout=ref.stop_timeout,
    )


def _who(user: str | None) -> str:
    """`%h` is the home of whoever runs the service manager; with `User=` systemd sets HOME itself."""
    if user is None:
        return "Environment=HOME=%h LANG=C.UTF-8"
    return f"User={user}\nEnvironment=LANG=C.UTF-8"


def command_line(argv: Sequence[str], release_path: str) -> str:
    """What `ExecStart=` must say so that exactly `argv` runs.

    A path is taken from the release folder; a bare name is looked up in the PATH of the service's own
    environment, as a shell would, and not in systemd's.
    """
    program, *arguments = argv
    first = [f"{release_path}/{program}".replace("/./", "/")] if "/" in program else [ENV, program]
    if program.startswith("/"):
        first = [program]
    return " ".join([quoted_path(first[0]), *map(quoted, [*first[1:], *arguments])])


def quoted(word: str) -> str:
    """One argument. `%` and `$` are doubled, everything else is escaped as in C."""
    return '"' + "".join(_ESCAPES.get(char) or _control(char) for char in word) + '"'


def quoted_path(path: str) -> str:
    """The program: like an argument, but systemd replaces no variables in it."""
    return quoted(path).replace("$$", "$")


def _control(char: str) -> str:
    return f"\\x{ord(char):02x}" if char < " " or char == "\x7f" else char


def _percent(text: str) -> str:
    return text.replace("%", "%%")


def _not_a_pattern(path: str) -> str:
    return re.sub(r"([*?\[\\])", r"\\\1", path)
