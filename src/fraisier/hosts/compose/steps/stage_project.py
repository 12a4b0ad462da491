"""Step kind `stage_project`: a release whose images lie there gets its environment and its manifest."""

from __future__ import annotations

import msgspec

from fraisier.hosts import files, layout, staging
from fraisier.hosts.compose.release import require_pins
from fraisier.hosts.effect import effect
from fraisier.hosts.staging import StageParams
from fraisier.model.host import Site
from fraisier.model.release import Release
from fraisier.model.step import Seen, step_kind


@step_kind("stage_project", params=StageParams, repeatable=True)
class StageProject:
    """For a new release only. The file that pins it was written with its images, and goes with them."""

    async def check(self, site: Site, params: StageParams) -> Seen:
        manifest = await site.host.read_text(layout.manifest_path(params.app_path, params.release))
        return Seen.NOT_DONE if manifest is None else Seen.DONE

    async def apply(self, site: Site, params: StageParams) -> None:
        await write(site, params)

    async def undo(self, site: Site, params: StageParams) -> None:
        manifest, env, _ = staging.paths(params.app_path, params.release)
        await effect(
            site.host, files.unwrite(manifest, env), f"Removing what was staged for {params.release}"
        )


async def write(site: Site, params: StageParams) -> Release:
    """Environment, then manifest: the release is finished, and its manifest names its images."""
    pins = await require_pins(site.host, params.app_path, params.release)
    unit = await site.host.read_text(layout.unit_path(params.app_path, params.release))
    manifest = msgspec.structs.replace(params.manifest, images=pins.images)
    return await staging.write(site, msgspec.structs.replace(params, manifest=manifest), unit=unit)
