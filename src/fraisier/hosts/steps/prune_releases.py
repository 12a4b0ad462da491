"""Step kind `prune_releases`: old releases go, those that may still be needed stay."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Final

import msgspec

from fraisier.git import tree
from fraisier.hosts import files, layout
from fraisier.hosts.effect import effect
from fraisier.model.host import Host, Site
from fraisier.model.step import Seen, step_kind

_BESIDE: Final = (".json", ".env", ".unit")


class Params(msgspec.Struct, frozen=True, kw_only=True):
    """`keep`: how many of the newest stay. `protect`: names that stay anyway, such as the last good release."""

    app_path: str
    keep: int
    protect: tuple[str, ...] = ()


@step_kind("prune_releases", params=Params, repeatable=True)
class PruneReleases:
    """The live release, and any that a living process works in, is never removed."""

    async def check(self, site: Site, params: Params) -> Seen:
        return Seen.NOT_DONE if await _doomed(site.host, params) else Seen.DONE

    async def apply(self, site: Site, params: Params) -> None:
        kept = layout.before_folder(params.app_path)
        names, gone = await asyncio.gather(site.host.list_folder(kept), _doomed(site.host, params))
        if names:
            await effect(site.host, files.remove(kept), f"Removing {kept}")
        for name in gone:
            await _remove(site.host, params.app_path, name)

    async def undo(self, site: Site, params: Params) -> None:
        """Nothing that could be needed was removed."""


def doomed(entries: Iterable[str], *, keep: int, stay: AbstractSet[str], in_place: bool = False) -> list[str]:
    """Which releases go, from the entries of `releases/`: the oldest beyond `keep`, and all unfinished ones.

    `in_place`: no release has a folder.
    """
    entries = set(entries)
    names = {_release_of(entry) for entry in entries}
    finished = sorted(
        (name for name in names if f"{name}.json" in entries and (in_place or name in entries)),
        key=layout.age,
    )
    newest = set(finished[max(0, len(finished) - keep) :])
    return sorted(names - newest - stay, key=layout.age)


def _release_of(entry: str) -> str:
    return next((entry.removesuffix(end) for end in _BESIDE if entry.endswith(end)), entry)


async def _doomed(host: Host, params: Params) -> list[str]:
    current, folders, releases, entries = await asyncio.gather(
        host.read_link(layout.current_path(params.app_path)),
        host.working_folders(),
        layout.physical_releases(host, params.app_path),
        host.list_folder(layout.releases_folder(params.app_path)),
    )
    busy = {layout.release_of(folder, releases) for folder in folders}
    stay = {name for name in {layout.name_in(current), *busy, *params.protect} if name}
    in_place = layout.tree_of(params.app_path) is not None
    return doomed(entries or [], keep=params.keep, stay=stay, in_place=in_place)


async def _remove(host: Host, app_path: str, name: str) -> None:
    """The manifest first: what is half removed must not look finished."""
    folder = f"{layout.releases_folder(app_path)}/{name}"
    manifest, *beside = (folder + end for end in _BESIDE)
    await effect(host, files.remove(manifest, folder, *beside), f"Removing the release {name}")
    if (in_place := layout.tree_of(app_path)) is not None:
        await effect(host, tree.forget(in_place, name), f"Forgetting the commit of {name}")
