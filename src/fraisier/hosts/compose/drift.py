"""What somebody changed on a host since the live release was brought up: its pins, environment, containers. Looks."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator

from fraisier.hosts import layout
from fraisier.hosts.compose.containers import containers, of
from fraisier.hosts.compose.project import Project
from fraisier.hosts.compose.release import missing, pins_of
from fraisier.hosts.drift import environment
from fraisier.model.host import Host
from fraisier.model.release import Release


async def drift(host: Host, owner: Project, release: Release) -> AsyncIterator[str]:
    """A sentence for each thing that is no longer as the release left it."""
    async for said in environment(host, owner.app_path, release):
        yield said
    path = layout.unit_path(owner.app_path, release.name)
    text = await host.read_text(path)
    pins = await pins_of(host, owner.app_path, release.name)
    if text is None or pins is None:
        yield f"{path} is gone: nothing pins the release to its images."
        return
    if hashlib.sha256(text.encode()).hexdigest() != release.unit_digest:
        yield f"{path} was changed by hand."
    for name in await missing(host, pins):
        yield f"The image of {name} is gone, or is another one: a restart by Compose would not run {release.name}."
    there = await containers(host, owner.name)
    for name in pins.served:
        own = of(there, [name])
        if not own:
            yield f"There is no container of {name}."
        for one in own:
            other = one.release != release.name or one.image != pins.images.get(name)
            if name in pins.own and other:
                yield f"A container of {name} runs {one.release or 'something else'}, and {release.name} is the live release."
            elif not (one.running or one.finished):
                yield f"A container of {name} is {one.status} (exit code {one.exit_code})."
