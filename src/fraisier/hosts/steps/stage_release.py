"""Step kind `stage_release`: a built release gets its environment, its unit and its manifest."""

from __future__ import annotations

from fraisier.hosts import files, layout, staging
from fraisier.hosts.effect import effect
from fraisier.hosts.staging import StageParams
from fraisier.model.host import Site
from fraisier.model.step import Seen, step_kind


@step_kind("stage_release", params=StageParams, repeatable=True)
class StageRelease:
    """For a new release only: undoing it removes the files. `refresh_release` is for one that was live before."""

    async def check(self, site: Site, params: StageParams) -> Seen:
        manifest = await site.host.read_text(layout.manifest_path(params.app_path, params.release))
        return Seen.NOT_DONE if manifest is None else Seen.DONE

    async def apply(self, site: Site, params: StageParams) -> None:
        await staging.write(site, params)

    async def undo(self, site: Site, params: StageParams) -> None:
        paths = staging.paths(params.app_path, params.release)
        await effect(site.host, files.unwrite(*paths), f"Removing what was staged for {params.release}")
