"""Step kind `switch_jobs`: THE switch of a fraise without a service. Its units, then `current`."""

from __future__ import annotations

import msgspec

from fraisier.errors import StepFailed
from fraisier.hosts import files, layout, timers
from fraisier.hosts.effect import effect
from fraisier.model.host import Host, Site
from fraisier.model.step import Seen, step_kind


class Params(msgspec.Struct, frozen=True, kw_only=True):
    """`previous` is the release that was live, None for a first deployment."""

    app_path: str
    release: str
    previous: str | None = None


@step_kind("switch_jobs", params=Params, repeatable=True)
class SwitchJobs:
    """Both ways do the same: what a release brings lies beside it. No job runs meanwhile: the lane is ours."""

    async def check(self, site: Site, params: Params) -> Seen:
        return await _seen(site.host, params.app_path, params.release)

    async def apply(self, site: Site, params: Params) -> None:
        if await site.host.read_text(layout.unit_path(params.app_path, params.release)) is None:
            raise StepFailed(
                f"{layout.unit_path(params.app_path, params.release)} is missing on {site.host.name}.",
                hint="The release was never staged, or somebody removed it: deploy again.",
            )
        await _put(site.host, params.app_path, params.release, params.previous)

    async def undo(self, site: Site, params: Params) -> None:
        if params.previous is None:
            await timers.take_away(site.host, await _units(site.host, params.app_path, params.release))
            link = layout.current_path(params.app_path)
            await effect(site.host, files.remove(link), f"Removing {link}")
        elif await _seen(site.host, params.app_path, params.previous) is not Seen.DONE:
            await _put(site.host, params.app_path, params.previous, params.release)


async def _seen(host: Host, app_path: str, name: str) -> Seen:
    if layout.name_in(await host.read_link(layout.current_path(app_path))) != name:
        return Seen.NOT_DONE
    texts = await _units(host, app_path, name)
    return Seen.DONE if await timers.in_place(host, texts) else Seen.NOT_DONE


async def _put(host: Host, app_path: str, name: str, instead_of: str | None) -> None:
    before = await _units(host, app_path, instead_of) if instead_of else {}
    await timers.put(host, await _units(host, app_path, name), before)
    link = layout.current_path(app_path)
    await effect(host, files.point(link, layout.current_target(name)), f"Pointing {link} to {name}")


async def _units(host: Host, app_path: str, name: str) -> dict[str, str]:
    return await timers.staged(host, layout.unit_path(app_path, name))
