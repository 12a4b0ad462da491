"""Step kind `build_release`: the build command runs in the new release, before anything live is touched."""

from __future__ import annotations

import shlex
from typing import Final

import msgspec

from fraisier.hosts import env_file, files, layout
from fraisier.hosts.as_user import as_user, give, walled
from fraisier.hosts.effect import WALLED, WELL_KNOWN, effect
from fraisier.hosts.steps import update_tree
from fraisier.model.command import Command
from fraisier.model.host import Host, Site
from fraisier.model.step import NotUndone, Seen, Skip, step_kind

SCRIPT: Final = "./build.sh"
_FIND: Final = 'if [ -x "$1/build.sh" ]; then echo run; elif [ -f "$1/build.sh" ]; then echo sh; fi'


class Params(msgspec.Struct, frozen=True, kw_only=True):
    """`argv` None means `./build.sh`, if the release has one. `env_vars` are unresolved; `env_files` lie on
    Fraisier's machine; `deadline` in seconds. `user` owns the release from here on and builds it, and nothing
    that the build brings along can become anybody else. `sandbox`: it can write in the release and in `writes` only.
    """

    app_path: str
    release: str
    argv: tuple[str, ...] | None = None
    env_vars: dict[str, str] = msgspec.field(default_factory=dict)
    deadline: float = 1800.0
    env_files: tuple[str, ...] = ()
    user: str | None = None
    sandbox: bool = False
    writes: tuple[str, ...] = ()


@step_kind("build_release", params=Params, repeatable=True)
class BuildRelease:
    """What it makes lies in the release folder and goes away with it."""

    async def check(self, site: Site, params: Params) -> Seen:
        del site, params
        return Seen.CANNOT_TELL

    async def apply(self, site: Site, params: Params) -> Skip | None:
        folder = layout.release_path(params.app_path, params.release)
        in_place = layout.tree_of(params.app_path) is not None
        if params.user is not None and not in_place:
            await effect(site.host, give(folder, params.user), f"Making {params.user} the owner of {folder}")
        argv = params.argv if params.argv is not None else await _build_script(site.host, folder)
        if not argv:
            return Skip("no build.sh")
        env = env_file.values(site, params.env_vars, params.env_files)
        what = Command(argv=tuple(argv), env=env, cwd=folder, deadline=params.deadline)
        await effect(
            site.host,
            _confined(what, folder, params),
            f"The build ({what}) in {folder}",
            hint="Fix the build and deploy again.",
            known=WALLED | WELL_KNOWN | WALLED if params.sandbox else WELL_KNOWN,
        )
        if in_place:
            await _tell_modified(site, folder)
        return None

    async def undo(self, site: Site, params: Params) -> NotUndone | None:
        """The step that made the release folder removes it; a tree that is used in place stays."""
        del site
        if (folder := layout.tree_of(params.app_path)) is None:
            return None
        how = shlex.join(params.argv or (SCRIPT,))
        return NotUndone(
            what=f"the untracked files that the build wrote in {folder}",
            how=f"build the old version again: cd {shlex.quote(folder)} && {how}",
        )


def _confined(what: Command, folder: str, params: Params) -> Command:
    if params.sandbox and params.user is not None:
        return walled(what, params.user, (folder, *params.writes))
    return as_user(what, params.user, confined=True)


async def _tell_modified(site: Site, folder: str) -> None:
    """A build that changes tracked files stands in the way of the next deployment: say so while it is fresh."""
    if modified := (await update_tree.look(site.host, folder)).modified:
        names = ", ".join(line.strip() for line in modified[:5])
        site.say(f"the build modified tracked files, which refuses the next deployment: {names}")


async def _build_script(host: Host, folder: str) -> tuple[str, ...]:
    found = (await host.look(files.script(_FIND, folder, deadline=20))).output.strip()
    return {"run": (SCRIPT,), "sh": ("sh", SCRIPT)}.get(found, ())
