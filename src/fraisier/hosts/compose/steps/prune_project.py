"""Step kind `prune_project`: old releases go, and the images that none is pinned to any more."""

from __future__ import annotations

import msgspec

from fraisier.hosts import layout
from fraisier.hosts.compose.containers import containers
from fraisier.hosts.compose.project import Project
from fraisier.hosts.compose.release import collect, unused
from fraisier.hosts.steps import prune_releases
from fraisier.hosts.steps.prune_releases import PruneReleases
from fraisier.model.host import Host, Site
from fraisier.model.step import Seen, step_kind


class Params(msgspec.Struct, frozen=True, kw_only=True):
    """`releases` says which stay in any case."""

    project: Project
    releases: prune_releases.Params


@step_kind("prune_project", params=Params, repeatable=True)
class PruneProject:
    """A release stays while any container runs it or has mounted something of it."""

    async def check(self, site: Site, params: Params) -> Seen:
        seen = await PruneReleases().check(site, await _sparing(site.host, params))
        if seen is Seen.NOT_DONE:
            return seen
        return Seen.NOT_DONE if await unused(site.host, params.project) else Seen.DONE

    async def apply(self, site: Site, params: Params) -> None:
        await PruneReleases().apply(site, await _sparing(site.host, params))
        await collect(site.host, params.project)

    async def undo(self, site: Site, params: Params) -> None:
        """Nothing that could be needed was removed."""


async def _sparing(host: Host, params: Params) -> prune_releases.Params:
    there = await containers(host, params.project.name)
    releases = await layout.physical_releases(host, params.project.app_path)
    mounted = (layout.release_of(source, releases) for one in there for source in one.mounts)
    names = {*params.releases.protect, *(one.release for one in there), *mounted}
    return msgspec.structs.replace(params.releases, protect=tuple(sorted(name for name in names if name)))
