"""What somebody changed on a host since the live release was switched to: its unit, environment, processes. Looks."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fraisier.errors import StepFailed
from fraisier.hosts import env_file, layout
from fraisier.hosts.live import judged, working_folders
from fraisier.hosts.service_manager import service_manager
from fraisier.hosts.service_ref import ServiceRef
from fraisier.hosts.steps.update_tree import look
from fraisier.model.host import Host
from fraisier.model.release import Release
from fraisier.model.step import Seen


async def drift(
    host: Host, app_path: str, release: Release, service: ServiceRef | None
) -> AsyncIterator[str]:
    """A sentence for each thing that is no longer as the release left it."""
    async for said in environment(host, app_path, release):
        yield said
    if (tree := layout.tree_of(app_path)) is not None and (modified := (await look(host, tree)).modified):
        yield f"Tracked files in {tree} are modified: {', '.join(line.strip() for line in modified[:10])}."
    if service is None:
        return
    if not service.own_unit:
        async for said in _unit(host, app_path, release, service):
            yield said
    async for said in _processes(host, app_path, release, service):
        yield said


async def environment(host: Host, app_path: str, release: Release) -> AsyncIterator[str]:
    """Names only; nobody learns a value."""
    try:
        found = await env_file.read(host, layout.env_path(app_path, release.name))
    except StepFailed as error:
        yield error.message
        return
    values = {name: env_file.plain(value) for name, value in found.items()}
    names = env_file.changed(release.environment, env_file.digests(release.salt, values))
    if names:
        yield f"The environment of {release.name} was changed by hand: {', '.join(names)}."


async def _unit(host: Host, app_path: str, release: Release, service: ServiceRef) -> AsyncIterator[str]:
    installed = await service_manager(service.manager).installed(host, service)
    if installed is None:
        yield f"The unit {service.name} is gone."
    elif installed != await host.read_text(layout.unit_path(app_path, release.name)):
        yield f"The unit {service.name} was changed by hand."


async def _processes(host: Host, app_path: str, release: Release, service: ServiceRef) -> AsyncIterator[str]:
    folders = await working_folders(host, service)
    if not folders:
        yield f"No process of {service.name} runs."
        return
    releases = await layout.physical_releases(host, app_path)
    works_in = [layout.release_of(folder, releases) for folder in folders]
    if judged(works_in, release.name) is Seen.NOT_DONE:
        others = sorted({one for one in works_in if one and one != release.name})
        yield f"Processes of {service.name} work in {', '.join(others)}, and {release.name} is the live release."
