"""Anything that runs on a machine is a Command: data, built by a pure function, run by one executor."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

import msgspec

from fraisier.model.secret import Secret


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """What to run. It starts in a clean environment (PATH, HOME, LANG) plus `env`; `deadline` is in seconds.
    The texts of `stdin` follow each other.

    A command that runs into its deadline is killed with its whole process group: SIGTERM, then SIGKILL.
    """

    argv: tuple[str, ...]
    env: Mapping[str, str | Secret] = msgspec.field(default_factory=dict)
    cwd: str | None = None
    stdin: tuple[str | Secret, ...] = ()
    deadline: float = 60.0

    def __str__(self) -> str:
        return shlex.join(self.argv)


def command(
    *argv: str,
    env: Mapping[str, str | Secret] | None = None,
    cwd: str | None = None,
    stdin: str | Secret = "",
    deadline: float = 60.0,
) -> Command:
    """Build a command: `command("systemctl", "restart", "--", unit, deadline=90)`."""
    return Command(
        argv=argv, env=dict(env or {}), cwd=cwd, stdin=(stdin,) if stdin else (), deadline=deadline
    )


class CommandResult(msgspec.Struct, frozen=True, kw_only=True):
    """How a command ended. `output` is standard output and error as they came, the last 64 KiB, redacted.

    `exit_code` is negative for a signal; `timed_out` says that the deadline killed it.
    """

    exit_code: int
    output: str = ""
    seconds: float = 0.0
    timed_out: bool = False

    @property
    def ok(self) -> bool:
        return self.exit_code == 0 and not self.timed_out
