"""Which commit is meant: asks the repository, changes nothing. See git-ls-remote(1)."""

from __future__ import annotations

import os
import re
from typing import Final

from fraisier.errors import FraiseQLError, UnknownName, Unreachable
from fraisier.git import environment
from fraisier.git.address import Address, parse
from fraisier.git.names import FULL_HASH, SHORT_HASH, highest, nearest, require_name
from fraisier.git.script import script
from fraisier.git.trouble import recognise
from fraisier.model.command import Command
from fraisier.model.commit import Commit
from fraisier.model.host import Host
from fraisier.model.secret import Secret

DEADLINE: Final = 60.0
_LINE: Final = re.compile(r"^((?:[0-9a-f]{40}|[0-9a-f]{64}))\t(refs/\S+)$", re.MULTILINE)
_COMMIT: Final = re.compile(r"^commit ([0-9a-f]{40,64})$", re.MULTILINE)
_HEADS: Final = "refs/heads/"
_TAGS: Final = "refs/tags/"
_PEELED: Final = "^{}"

References = dict[str, str]


async def resolve(
    host: Host, git_repo: str | Secret, *, branch: str, wanted: str | None, mirror: str
) -> Commit:
    """The tip of `branch`, or the commit that `wanted` names: a tag, a full or an abbreviated hash.

    `git_repo` comes with its references resolved. A full hash is taken as it is; whether the repository has it
    shows when it is fetched. Raises `Unreachable` when the repository cannot be read, `UnknownName` when it has
    no such branch or version, `ConfigurationError` for an address or a name that Git does not allow.
    """
    require_name(branch, "branch")
    address = parse(git_repo)
    references = await _ask(host, address, branch, wanted)
    if wanted is None:
        return _commit(references, _tip(references, branch, address), branch)
    sha = _named(references, wanted) or await _abbreviated(host, references, wanted, mirror)
    return _commit(references, sha, branch)


def list_references(address: Address, branch: str, wanted: str | None) -> Command:
    """Print the references that matter to these two names."""
    env = {
        **environment.remote(address, os.environ),
        "FRAISIER_BRANCH": branch,
        "FRAISIER_WANTED": wanted or "",
    }
    return script("resolve", env=env, deadline=DEADLINE)


async def _ask(host: Host, address: Address, branch: str, wanted: str | None) -> References:
    if wanted is not None:
        require_name(wanted, "version")
    result = await host.look(list_references(address, branch, wanted))
    if not result.ok:
        trouble = recognise(result, address)
        raise Unreachable(trouble.message, hint=trouble.hint)
    return {name: sha for sha, name in _LINE.findall(result.output)}


def _tip(references: References, branch: str, address: Address) -> str:
    if tip := references.get(_HEADS + branch):
        return tip
    branches = sorted(name.removeprefix(_HEADS) for name in references if name.startswith(_HEADS))
    if not branches:
        raise UnknownName(
            f"{address.url} has no branch yet.", hint=f"Push a commit to the branch {branch!r} first."
        )
    raise _unknown_branch(branch, branches, address)


def _unknown_branch(branch: str, branches: list[str], address: Address) -> FraiseQLError:
    if near := nearest(branch, branches):
        hint = "Did you mean " + " or ".join(repr(name) for name in near) + "?"
    else:
        hint = "Branches there: " + ", ".join(branches[:10]) + (", …" if branches[10:] else "") + "."
    return UnknownName(f"{address.url} has no branch {branch!r}.", hint=hint)


def _named(references: References, wanted: str) -> str | None:
    """A full hash is always a hash, as in Git; anything else is a tag if there is one of that name."""
    if FULL_HASH.fullmatch(wanted.lower()):
        return wanted.lower()
    tag = _TAGS + wanted
    return references.get(tag + _PEELED) or references.get(tag)


async def _abbreviated(host: Host, references: References, wanted: str, mirror: str) -> str:
    prefix = wanted.lower()
    found: set[str] = set()
    if SHORT_HASH.fullmatch(prefix):
        found = _tips(references, prefix)
        result = await host.look(script("abbreviated", mirror, prefix, env=environment.local(), deadline=30))
        found |= set(_COMMIT.findall(result.output))
    if len(found) > 1:
        raise UnknownName(
            f"{wanted!r} is the beginning of {len(found)} commits.",
            hint="Write more of the hash: " + ", ".join(sorted(sha[:12] for sha in found)[:5]),
        )
    if not found:
        raise UnknownName(
            f"The repository has no tag {wanted!r}, and no commit known here begins with it.",
            hint="Write the tag exactly, or the full hash of the commit.",
        )
    return found.pop()


def _tips(references: References, prefix: str) -> set[str]:
    """Commits that branches and tags point at; a tag object is not the commit it points at."""
    return {
        sha for name, sha in references.items() if sha.startswith(prefix) and name + _PEELED not in references
    }


def _commit(references: References, sha: str, branch: str) -> Commit:
    tags = [
        name.removeprefix(_TAGS).removesuffix(_PEELED)
        for name, one in references.items()
        if one == sha and name.startswith(_TAGS)
    ]
    is_tip = references.get(_HEADS + branch) == sha
    return Commit(sha=sha, branch=branch if is_tip else None, tag=highest(tags))
