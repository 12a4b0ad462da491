"""The step that brings a commit from Fraisier's mirror into the one on the target: only what is new there travels."""

from __future__ import annotations

import hashlib
import re
from typing import Final

import msgspec

from fraisier.errors import StepFailed
from fraisier.git import environment
from fraisier.git.fetch import holds
from fraisier.git.params import Folder, Sha
from fraisier.git.script import script
from fraisier.git.trouble import last_line, recognise
from fraisier.model.command import Command, CommandResult
from fraisier.model.commit import short
from fraisier.model.host import Host, Site
from fraisier.model.step import Seen, step_kind

DEADLINE: Final = 900.0
_INCOMPLETE: Final = 67
_SHA: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


class SendCommit(msgspec.Struct, frozen=True, kw_only=True):
    """`source` is the mirror on Fraisier's own machine, `packs` a folder there; `mirror` lies on the target."""

    source: Folder
    packs: Folder
    mirror: Folder
    commit: Sha


def pack(params: SendCommit, have: list[str], path: str) -> Command:
    """Write a pack of what the target lacks."""
    arguments = (params.source, params.commit, path, *have)
    return script("pack", *arguments, env=environment.local(), deadline=DEADLINE)


def take(params: SendCommit, path: str) -> Command:
    """Put the pack that was sent to `path` into the target's mirror, which is made when there is none."""
    return script("take", params.mirror, params.commit, path, env=environment.local(), deadline=DEADLINE)


@step_kind("send_commit", params=SendCommit, repeatable=True)
class SendCommitKind:
    """The target's mirror has the commit. It stays when the deployment goes back: it is nothing but a copy."""

    async def check(self, site: Site, params: SendCommit) -> Seen:
        found = await site.host.look(holds(params.mirror, params.commit))
        return Seen.DONE if found.ok else Seen.NOT_DONE

    async def apply(self, site: Site, params: SendCommit) -> None:
        have = await _have(site.host, params)
        if params.commit in have and await self.check(site, params) is Seen.DONE:
            return
        result = await _send(site, params, have)
        if result.exit_code == _INCOMPLETE and have:
            site.say(f"The mirror on {site.host.name} is damaged; all of it is sent again.")
            result = await _send(site, params, [])
        if not result.ok:
            raise _failure(result, params, site.host.name)

    async def undo(self, site: Site, params: SendCommit) -> None:
        pass


async def _have(host: Host, params: SendCommit) -> list[str]:
    """The commits that the target has got before."""
    names = await host.list_folder(f"{params.mirror}/refs/fraisier") or []
    return [name for name in names if _SHA.fullmatch(name)]


async def _send(site: Site, params: SendCommit, have: list[str]) -> CommandResult:
    """Targets that have the same get the same pack, which is made once."""
    key = hashlib.sha256("\n".join([params.commit, *have]).encode()).hexdigest()[:16]
    path = f"{params.packs.rstrip('/')}/{key}/{params.commit}.pack"
    here = site.here(f"pack-{key}")
    made = await here.run(pack(params, have, path))
    if not made.ok:
        raise _failure(made, params, here.name)
    sent = await site.host.send(path, f"{params.commit}.pack")
    return await site.host.run(take(params, sent))


def _failure(result: CommandResult, params: SendCommit, host: str) -> StepFailed:
    trouble = recognise(result)
    if trouble.remote:
        return StepFailed(f"{host}: {trouble.message}", hint=trouble.hint)
    return StepFailed(
        f"Commit {short(params.commit)} could not be brought to {host}: {last_line(result.output)}.",
        hint=f"rm -rf {params.mirror} there and deploy again: all of it is then sent anew.",
    )
