"""Step kind `refresh_project`: a release that lies there already gets today's environment, on the same images."""

from __future__ import annotations

from typing import Any

import msgspec

from fraisier.errors import StepFailed
from fraisier.hosts import env_file, files, layout
from fraisier.hosts.compose import override
from fraisier.hosts.compose.release import missing, require_pins
from fraisier.hosts.compose.steps.stage_project import write
from fraisier.hosts.effect import effect
from fraisier.hosts.staging import StageParams
from fraisier.hosts.steps.refresh_release import keep, manifest_of, put_back
from fraisier.model.host import Site
from fraisier.model.step import Seen, step_kind


class Params(msgspec.Struct, frozen=True, kw_only=True):
    """`settings` as `make_images` has them."""

    stage: StageParams
    settings: dict[str, Any] = msgspec.field(default_factory=dict)


@step_kind("refresh_project", params=Params, repeatable=True)
class RefreshProject:
    """Keeps the bytes that were there; undoing puts them back."""

    async def check(self, site: Site, params: Params) -> Seen:
        del site, params
        return Seen.NOT_DONE

    async def apply(self, site: Site, params: Params) -> None:
        stage = params.stage
        before = await manifest_of(site.host, stage)
        pins = await require_pins(site.host, stage.app_path, stage.release)
        if gone := await missing(site.host, pins):
            raise StepFailed(
                f"The image of {', '.join(gone)} in the release {stage.release} is gone from {site.host.name}.",
                hint=f"Build that version again: fraisier deploy FRAISE ENV --commit {before.commit.shown}",
            )
        await effect(site.host, keep(stage), f"Keeping the environment of {stage.release}")
        unit = layout.unit_path(stage.app_path, stage.release)
        text = override.render(pins, stage.release, _names(site, stage), params.settings)
        await effect(site.host, files.write(unit, text, mode=0o600), f"Writing {unit}")
        salted = msgspec.structs.replace(before, deployment=stage.manifest.deployment or before.deployment)
        after = await write(site, msgspec.structs.replace(stage, manifest=salted))
        if names := env_file.changed(before.environment, after.environment):
            site.say(f"changed since {stage.release} was live: {', '.join(names)}")

    async def undo(self, site: Site, params: Params) -> None:
        what = f"Putting back the environment of {params.stage.release}"
        await effect(site.host, put_back(params.stage), what)


def _names(site: Site, stage: StageParams) -> list[str]:
    return sorted(env_file.values(site, stage.env_vars, stage.env_files))
