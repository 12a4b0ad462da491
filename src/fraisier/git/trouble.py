"""What Git's last words mean, and what to do about them. Git is asked to speak English (LC_ALL=C)."""

from __future__ import annotations

import shlex
from typing import Final

import msgspec

from fraisier.git.address import Address, mask
from fraisier.model.command import CommandResult


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence about what is wrong and one about what helps.

    `remote` says that the repository, the way to it or this machine's disk is to blame, never the mirror.
    """

    message: str
    hint: str = ""
    remote: bool = True


_GIT_NOT_FOUND: Final = 127
_LAST_LINE: Final = 300


def recognise(result: CommandResult, address: Address | None = None) -> Trouble:
    """The reason why a call of Git ended as it did; an unknown one quotes Git's last line, passwords masked."""
    facts = _facts(result, address)
    if result.timed_out:
        return Trouble(
            message="{url} did not answer within {seconds} s.".format_map(facts),
            hint="Check that the server is up and that this machine may reach it, then try again.",
        )
    if result.exit_code == _GIT_NOT_FOUND and "not found" in result.output:
        return Trouble(
            message="A program is missing on this machine: {last}.".format_map(facts),
            hint="apt-get install git tar util-linux openssh-client",
        )
    from fraisier.git.signs import SIGNS  # noqa: PLC0415 - patterns that only trouble needs

    for sign in SIGNS:
        if sign.pattern.search(result.output):
            return Trouble(message=sign.message.format_map(facts), hint=sign.hint.format_map(facts))
    return Trouble(
        message="Git failed with {url}: {last}".format_map(facts),
        hint="Run git ls-remote with the same address by hand to see more.",
        remote=False,
    )


def last_line(output: str) -> str:
    """Git's last line of any content, without its prefix, as one safe line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    fatal = [line for line in lines if line.startswith("fatal: ")]
    chosen = (fatal or lines or ["it said nothing"])[-1].removeprefix("fatal: ")
    return mask("".join(one if one.isprintable() else "?" for one in chosen))[:_LAST_LINE].rstrip(".")


def _facts(result: CommandResult, address: Address | None) -> dict[str, str]:
    server, port = (address.server, address.port) if address else ("", "")
    options = ["-p", port] if port else []
    host = server.rpartition("@")[2]
    return {
        "url": mask(address.url) if address else "the mirror",
        "host": shlex.quote(f"[{host}]:{port}" if port else host),
        "connect": shlex.join(["ssh", *options, "-T", server]),
        "last": last_line(result.output),
        "seconds": f"{result.seconds:.0f}",
    }
