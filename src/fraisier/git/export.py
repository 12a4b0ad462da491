"""The step that writes a commit's files into a new release folder."""

from __future__ import annotations

from typing import Final

import msgspec

from fraisier.errors import StepFailed
from fraisier.git import environment
from fraisier.git.params import Folder, Name, Sha
from fraisier.git.script import script
from fraisier.git.trouble import last_line, recognise
from fraisier.model.command import Command, CommandResult
from fraisier.model.commit import short
from fraisier.model.host import Site
from fraisier.model.step import Seen, step_kind

DEADLINE: Final = 900.0
_DIFFERENT: Final = 65
_SUBMODULES: Final = 68


class ExportRelease(msgspec.Struct, frozen=True, kw_only=True):
    """`release` is the name of the folder below `<app_path>/releases`; it appears there complete or not at all."""

    mirror: Folder
    commit: Sha
    app_path: Folder
    release: Name

    @property
    def releases(self) -> str:
        return f"{self.app_path.rstrip('/')}/releases"


def export(params: ExportRelease) -> Command:
    """Write the files of the commit, compare them with it, and only then give the folder its name."""
    return script(
        "export",
        params.mirror,
        params.commit,
        params.releases,
        params.release,
        env=environment.local(),
        deadline=DEADLINE,
    )


def discard(params: ExportRelease) -> Command:
    """Remove the release and whatever an interrupted export left of it."""
    return script("discard", params.releases, params.release, env=environment.local(), deadline=DEADLINE)


@step_kind("export_release", params=ExportRelease, repeatable=True)
class ExportReleaseKind:
    """The release folder holds exactly the commit. Attributes like export-subst, eol and LFS have no say."""

    async def check(self, site: Site, params: ExportRelease) -> Seen:
        found = await site.host.list_folder(f"{params.releases}/{params.release}")
        return Seen.NOT_DONE if found is None else Seen.DONE

    async def apply(self, site: Site, params: ExportRelease) -> None:
        result = await site.host.run(export(params))
        if not result.ok:
            raise _failure(result, params)

    async def undo(self, site: Site, params: ExportRelease) -> None:
        result = await site.host.run(discard(params))
        if not result.ok:
            raise StepFailed(
                f"The release {params.release} cannot be removed: {last_line(result.output)}.",
                hint=f"rm -rf {params.releases}/{params.release}*",
            )


def _failure(result: CommandResult, params: ExportRelease) -> StepFailed:
    names = ", ".join(result.output.strip().split("\n")[-10:])
    if result.exit_code == _DIFFERENT:
        return StepFailed(
            f"The files written differ from commit {short(params.commit)}: {names}.",
            hint="Is the disk, or the file system below app_path, able to hold these names and modes?",
        )
    if result.exit_code == _SUBMODULES:
        return StepFailed(
            f"Commit {short(params.commit)} has submodules, which are not supported: {names}.",
            hint="Take their files into the repository, or fetch them in build.",
        )
    trouble = recognise(result)
    if trouble.remote:
        return StepFailed(trouble.message, hint=trouble.hint)
    return StepFailed(
        f"Commit {short(params.commit)} cannot be read from its mirror: {last_line(result.output)}.",
        hint=f"rm -rf {params.mirror} and deploy again: the mirror is then fetched anew.",
    )
