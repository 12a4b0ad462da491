"""Step kind `switch_release`: THE switch. The unit, then `current`, then a restart."""

from __future__ import annotations

import msgspec

from fraisier.errors import StepFailed
from fraisier.hosts import files, layout
from fraisier.hosts.effect import effect
from fraisier.hosts.live import remember_started, seen_live
from fraisier.hosts.restarting import refuse_strangers
from fraisier.hosts.service_manager import service_manager
from fraisier.hosts.service_ref import ServiceRef
from fraisier.model.host import Host, Site
from fraisier.model.step import NotUndone, Seen, step_kind


class Params(msgspec.Struct, frozen=True, kw_only=True):
    """`previous` is the release that was live, None for a first deployment. `service` None: only the link moves."""

    app_path: str
    release: str
    previous: str | None = None
    service: ServiceRef | None = None


@step_kind("switch_release", params=Params, repeatable=True)
class SwitchRelease:
    """Both ways do the same three things in the same order, so both may stop between any two of them."""

    async def check(self, site: Site, params: Params) -> Seen:
        return await seen_live(site.host, params.app_path, params.release, params.service)

    async def apply(self, site: Site, params: Params) -> None:
        service = params.service
        if service is not None:
            await refuse_strangers(service_manager(service.manager), site.host, service)
        if service is not None and not await _was_staged(site.host, params, params.release):
            raise StepFailed(
                f"{layout.unit_path(params.app_path, params.release)} is missing on {site.host.name}.",
                hint="The release was never staged, or somebody removed it: deploy again.",
            )
        await _put(site.host, params, params.release)

    async def undo(self, site: Site, params: Params) -> NotUndone | None:
        if params.previous is None:
            await _take_away(site.host, params)
            return None
        if await seen_live(site.host, params.app_path, params.previous, params.service) is Seen.DONE:
            return None
        if _is_all_ours(params) and not await _was_staged(site.host, params, params.previous):
            return await _back_without_unit(site.host, params, params.previous)
        await _put(site.host, params, params.previous, back=True)
        return None


async def _put(host: Host, params: Params, name: str, *, back: bool = False) -> None:
    service = params.service
    if service is not None:
        await _put_unit(host, params, service, name)
    await _point(host, params.app_path, name)
    if service is None:
        return
    in_place, manager = layout.tree_of(params.app_path) is not None, service_manager(service.manager)
    if in_place and back:
        await manager.stop(host, service)  # `update_tree` starts it, once the old files lie there again
        return
    await manager.restart(host, service)
    if in_place:
        await remember_started(host, params.app_path, name, service)


async def _take_away(host: Host, params: Params) -> None:
    """Back to nothing: no process, no unit, no link."""
    await _end_service(host, params)
    link = layout.current_path(params.app_path)
    await effect(host, files.remove(link), f"Removing {link}")


async def _end_service(host: Host, params: Params) -> None:
    service = params.service
    if service is None:
        return
    manager = service_manager(service.manager)
    await manager.stop(host, service)
    await manager.remove(host, service)


async def _back_without_unit(host: Host, params: Params, previous: str) -> NotUndone:
    """The previous release was run by something else than a unit of ours; only its files can be put back."""
    await _end_service(host, params)
    await _point(host, params.app_path, previous)
    return NotUndone(
        what=f"the service of release {previous}, which Fraisier had not written a unit for",
        how="Start it the way it was started before; `current` points to its release again.",
    )


async def _point(host: Host, app_path: str, name: str) -> None:
    link = layout.current_path(app_path)
    if layout.tree_of(app_path) and await host.read_text(layout.manifest_path(app_path, name)) is None:
        await effect(host, files.remove(link), f"Removing {link}")  # the tree ran before Fraisier came
        return
    await effect(host, files.point(link, layout.current_target(name)), f"Pointing {link} to {name}")


async def _put_unit(host: Host, params: Params, service: ServiceRef, name: str) -> None:
    """The unit of a release; a version that came before Fraisier has a unit of its user's, and nothing beside it."""
    manager = service_manager(service.manager)
    if await _was_staged(host, params, name):
        await manager.install(host, service, layout.unit_path(params.app_path, name))
    else:
        await manager.remove(host, service)


def _is_all_ours(params: Params) -> bool:
    return params.service is not None and not params.service.own_unit


async def _was_staged(host: Host, params: Params, name: str) -> bool:
    return await host.read_text(layout.unit_path(params.app_path, name)) is not None
