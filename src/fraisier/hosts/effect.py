"""Running one effect, and saying well what went wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fraisier.errors import CommandFailed
from fraisier.model.command import Command, CommandResult
from fraisier.model.host import Host

SHOWN_LINES: Final = 20

WELL_KNOWN: Final = {
    "No space left on device": "Free some disk space there (a lower keep_releases helps) and deploy again.",
    "Disk quota exceeded": "Free some disk space there (a lower keep_releases helps) and deploy again.",
    "Read-only file system": "The disk is mounted read-only: see dmesg, repair and remount it, deploy again.",
    "Permission denied": "Run Fraisier as the user who owns app_path, or give that user the rights.",
    "Operation not permitted": "Run Fraisier as the user who owns app_path, or give that user the rights.",
}
WALLED: Final = {
    "Read-only file system": "In a sandbox only the release can be written, and for a build the folders of build_writes: "
    "add one there, or lift it (build_sandbox: false; of a hook, sandbox: false).",
    "cannot start in a sandbox": "Make what is missing there, or lift it (build_sandbox: false; of a hook, sandbox: false).",
}
"""What is known better of a command in a sandbox."""


async def effect(
    host: Host, what: Command, doing: str, *, hint: str = "", known: Mapping[str, str] = WELL_KNOWN
) -> CommandResult:
    """Run `what` under the fence. Raises `CommandFailed` saying what `doing` was, how it ended, and its output."""
    result = await host.run(what)
    if not result.ok:
        raise failed(host, what, result, doing, hint=hint, known=known)
    return result


def failed(
    host: Host,
    what: Command,
    result: CommandResult,
    doing: str,
    *,
    hint: str = "",
    known: Mapping[str, str] = WELL_KNOWN,
) -> CommandFailed:
    """The error for a command that did not end well. `known` advises by what stands in the output."""
    advised = [advice for text, advice in known.items() if text in result.output]
    lines = last_lines(result.output)
    return CommandFailed(
        f"{doing} failed on {host.name}: {_how(what, result)}" + (f"\n{lines}" if lines else ""),
        hint=advised[0] if advised else hint,
        exit_code=result.exit_code,
    )


def last_lines(output: str, count: int = SHOWN_LINES) -> str:
    return "\n".join(output.rstrip().splitlines()[-count:])


def _how(what: Command, result: CommandResult) -> str:
    if result.timed_out:
        return f"not done after {what.deadline:g} s, so it was ended"
    if result.exit_code < 0:
        return f"ended by signal {-result.exit_code}"
    return f"exit code {result.exit_code}"
