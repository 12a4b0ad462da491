"""The step that brings a commit into the mirror of its repository."""

from __future__ import annotations

import os
from typing import Final

import msgspec

from fraisier.errors import StepFailed
from fraisier.git import environment
from fraisier.git.address import Address, parse
from fraisier.git.params import Folder, Sha
from fraisier.git.script import script
from fraisier.git.trouble import Trouble, recognise
from fraisier.model.command import Command, CommandResult
from fraisier.model.commit import short
from fraisier.model.host import Site
from fraisier.model.step import Seen, step_kind

DEADLINE: Final = 900.0
_NO_SUCH_COMMIT: Final = 66
_INCOMPLETE: Final = 67
_BUSY: Final = 75


class FetchCommit(msgspec.Struct, frozen=True, kw_only=True):
    """`repository` may hold references; `branch` is where the commit was seen, for people only."""

    repository: str
    mirror: Folder
    commit: Sha
    branch: str | None = None


def fetch(address: Address, params: FetchCommit, *, rebuild: bool = False) -> Command:
    """Bring the mirror up to date: create it, or go on with the one there is, or build it anew."""
    how = "rebuild" if rebuild else "keep"
    env = environment.remote(address, os.environ)
    return script("fetch", params.mirror, params.commit, how, env=env, deadline=DEADLINE)


def holds(mirror: str, commit: str) -> Command:
    """Succeeds when the mirror holds the commit and everything in it."""
    return script("holds", mirror, commit, env=environment.local(), deadline=60)


@step_kind("fetch_commit", params=FetchCommit, repeatable=True)
class FetchCommitKind:
    """The mirror has the commit. It stays when the deployment goes back: it is nothing but a copy."""

    async def check(self, site: Site, params: FetchCommit) -> Seen:
        found = await site.host.look(holds(params.mirror, params.commit))
        return Seen.DONE if found.ok else Seen.NOT_DONE

    async def apply(self, site: Site, params: FetchCommit) -> None:
        address = parse(site.resolve(params.repository))
        result = await site.host.run(fetch(address, params))
        trouble = _trouble(result, address, params)
        if trouble and not trouble.remote and await _lies_there(site, params.mirror):
            site.say(f"The mirror {params.mirror} is damaged ({trouble.message}); it is built anew.")
            result = await site.host.run(fetch(address, params, rebuild=True))
            trouble = _trouble(result, address, params)
        if trouble:
            raise StepFailed(trouble.message, hint=trouble.hint)

    async def undo(self, site: Site, params: FetchCommit) -> None:
        pass


def _trouble(result: CommandResult, address: Address, params: FetchCommit) -> Trouble | None:
    if result.ok:
        return None
    if result.exit_code == _NO_SUCH_COMMIT:
        return Trouble(
            message=f"{address.url} has no commit {short(params.commit)}"
            + (f"; the branch {params.branch!r} has moved on without it." if params.branch else "."),
            hint="Deploy again to take the branch as it is now, or name another version.",
        )
    if result.exit_code == _BUSY:
        return Trouble(
            message=f"The mirror {params.mirror} has been busy for five minutes.",
            hint=f"fuser {params.mirror}.lock shows which process fetches into it.",
        )
    if result.exit_code == _INCOMPLETE:
        return Trouble(message=f"it lacks parts of {short(params.commit)}", remote=False)
    return recognise(result, address)


async def _lies_there(site: Site, mirror: str) -> bool:
    return await site.host.list_folder(mirror) is not None
