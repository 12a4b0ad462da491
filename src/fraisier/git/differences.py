"""What lies between two commits, for people who look before they deploy."""

from __future__ import annotations

import os
import unicodedata
from typing import Final

from fraisier.errors import Unreachable
from fraisier.git import environment
from fraisier.git.address import parse
from fraisier.git.script import script
from fraisier.git.trouble import recognise
from fraisier.model.commit import short
from fraisier.model.host import Host
from fraisier.model.secret import Secret

DEADLINE: Final = 300.0
_UNSAFE: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_HEADINGS: Final = {"+": "{count} new {commits}", "-": "{count} {commits} no longer in it"}


async def differences(host: Host, git_repo: str | Secret, mirror: str, *, old: str | None, new: str) -> str:
    """The commits (at most 20 of each direction) and a summary of the files between two full hashes.

    Neither the mirror nor the repository is changed. `git_repo`, which may be empty, comes with its references resolved. Raises
    `Unreachable` when a commit is missing here and the repository cannot be read.
    """
    if old == new:
        return "No difference: the same commit."
    if not git_repo:
        return "There is no git_repo to compare the versions in."
    address = parse(git_repo)
    env = environment.remote(address, os.environ)
    result = await host.look(script("differences", mirror, old or "", new, env=env, deadline=DEADLINE))
    if not result.ok:
        trouble = recognise(result, address)
        raise Unreachable(trouble.message, hint=trouble.hint)
    return told(result.output, old)


def told(output: str, old: str | None) -> str:
    """The program's lines as people read them. Subjects and file names are somebody's text: made harmless."""
    before, _, files = output.partition("\nfiles\n")
    lines = before.split("\n")
    text = []
    if "unknown" in lines:
        text.append(
            f"The live commit {short(old)} is no longer in the repository; all of the new one is shown."
        )
    for sign, heading in _HEADINGS.items():
        text += _commits(lines, sign, heading)
    text += [harmless(line) for line in files.split("\n") if line.strip()]
    return "\n".join(text)


def harmless(line: str) -> str:
    """The line without control characters, escapes, and marks that turn the direction of writing."""
    return "".join(one for one in line if unicodedata.category(one) not in _UNSAFE).rstrip()


def _commits(lines: list[str], sign: str, heading: str) -> list[str]:
    counts = [line for line in lines if line.startswith(f"{sign} ")]
    count = int(counts[0].split()[1]) if counts else 0
    if not count:
        return []
    shown = [harmless(line[1:]) for line in lines if line.startswith(sign) and line not in counts]
    more = [f"  and {count - len(shown)} more"] if count > len(shown) else []
    title = heading.format(count=count, commits="commit" if count == 1 else "commits")
    return [f"{title}:", *(f"  {line}" for line in shown), *more]
