"""The text of a systemd unit. See systemd.service(5), systemd.exec(5) and "Quoting" in systemd.syntax(7). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from fraisier.config.resources import Resources
from fraisier.hosts import sandbox
from fraisier.hosts.service_ref import ServiceRef

ENV: Final = "/usr/bin/env"
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "%": "%%", "$": "$$"}

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
{bounds}

[Install]
WantedBy=default.target
"""


_DROP_IN: Final = """\
# Written by Fraisier with each release; changes made here are lost at the next deployment.
[Service]
EnvironmentFile={env_file}
"""


def drop_in(env_path: str) -> str:
    """What a release adds to a unit that its user has written: the environment, over the unit's own."""
    return _DROP_IN.format(env_file=_percent(_not_a_pattern(env_path)))


def render(
    ref: ServiceRef,
    *,
    release_path: str,
    env_path: str,
    argv: Sequence[str],
    description: str,
    system: bool = True,
) -> str:
    """The unit that runs one release from its physical path, with its own env file.

    `system`: for the system's service manager, not for a user's own.
    """
    return _TEMPLATE.format(
        description=_percent(" ".join(description.split())) or ref.name,
        release_path=_percent(release_path),
        env_file=_percent(_not_a_pattern(env_path)),
        command=command_line(argv, release_path),
        who=_who(ref.user),
        stop_timeout=ref.stop_timeout,
        bounds="\n".join([*sandbox.lines(ref, system=system), *limits(ref.resources)]),
    )


def _who(user: str | None) -> str:
    """`%h` is the home of whoever runs the service manager; with `User=` systemd sets HOME itself."""
    if user is None:
        return "Environment=HOME=%h LANG=C.UTF-8"
    return f"User={user}\nEnvironment=LANG=C.UTF-8"


def limits(bounds: Resources) -> Iterator[str]:
    """See systemd.resource-control(5). A weight of 100 is what every other service has."""
    if bounds.cpu.limit is not None:
        yield f"CPUQuota={max(1, round(bounds.cpu.limit * 100))}%"
    if bounds.cpu.request is not None:
        yield f"CPUWeight={min(10_000, max(1, round(bounds.cpu.request * 100)))}"
    if bounds.memory.limit is not None:
        yield f"MemoryMax={bounds.memory.limit}"
    if bounds.memory.request is not None:
        yield f"MemoryLow={bounds.memory.request}"


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
