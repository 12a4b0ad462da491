"""Step kind `prepare_folder`: `app_path` is there, is ours to use, and has room."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

import msgspec

from fraisier.errors import StepFailed
from fraisier.git import tree
from fraisier.hosts import files, layout
from fraisier.hosts.as_user import refuse_user
from fraisier.hosts.effect import effect
from fraisier.hosts.steps.update_tree import look
from fraisier.model.host import Host, Site
from fraisier.model.step import Seen, step_kind

MIB: Final = 1024 * 1024
_OURS: Final = frozenset({".fraisier", "releases", "current", "lost+found"})


class Params(msgspec.Struct, frozen=True, kw_only=True):
    """`min_free_bytes`: what the disk must have left before anything is written to it. `user` will run the service.
    `adopt`: use the folder whatever it holds.
    """

    app_path: str
    min_free_bytes: int = 100 * MIB
    user: str | None = None
    adopt: bool = False


@step_kind("prepare_folder", params=Params, repeatable=True)
class PrepareFolder:
    """Makes `app_path` and `releases/`. A folder that holds anything else is never touched."""

    async def check(self, site: Site, params: Params) -> Seen:
        names = await site.host.list_folder(layout.releases_folder(params.app_path))
        return Seen.NOT_DONE if names is None else Seen.DONE

    async def apply(self, site: Site, params: Params) -> None:
        names = await site.host.list_folder(params.app_path) or []
        if not params.adopt:
            refuse_foreign(names, params.app_path, site.host.name)
        if (in_place := layout.tree_of(params.app_path)) is not None:
            tree.refuse_modified(await look(site.host, in_place), in_place)
        await _see_room(site.host, params)
        if params.user is not None:
            await refuse_user(site.host, params.user)
        folders = layout.releases_folder(params.app_path), layout.private_folder(params.app_path)
        if {PurePosixPath(folder).name for folder in folders} <= set(names):
            return
        await effect(site.host, files.make_folder(*folders), f"Making the folder {params.app_path}")

    async def undo(self, site: Site, params: Params) -> None:
        """Only what is empty goes; the fence stays, or an older owner could come back."""
        empty = files.remove_empty(layout.releases_folder(params.app_path))
        await effect(site.host, empty, f"Removing the empty releases folder of {params.app_path}")


def refuse_foreign(names: list[str], app_path: str, host: str) -> None:
    """Raises when the folder holds something that Fraisier has not put there."""
    foreign = [name for name in names if name not in _OURS]
    if foreign and not {"releases", ".git"}.intersection(names) and layout.tree_of(app_path) is None:
        raise StepFailed(
            f"{app_path} on {host} is not empty and was not made by Fraisier: it holds {', '.join(foreign[:5])}"
            + (", …" if len(foreign) > 5 else "."),  # noqa: PLR2004 - enough to recognise it
            hint="Move its contents away, name another app_path in fraises.yaml, or say --adopt: releases then lie "
            "beside them, and nothing of them is touched.",
        )


async def _see_room(host: Host, params: Params) -> None:
    free = await host.room(params.app_path)
    if free is not None and free < params.min_free_bytes:
        raise StepFailed(
            f"The disk of {params.app_path} on {host.name} has {free // MIB} MiB left; "
            f"{params.min_free_bytes // MIB} MiB are needed.",
            hint="Free some space there (a lower keep_releases helps) and deploy again.",
        )
