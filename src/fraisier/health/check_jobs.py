"""The health of jobs in containers, as the version of `check_health` that looks at them: what a run needs is there."""

from __future__ import annotations

import asyncio
import time
from typing import Final

import msgspec

from fraisier.errors import HealthCheckError
from fraisier.health.containers import complaint
from fraisier.hosts.compose.containers import Container, containers, of
from fraisier.hosts.compose.project import Project
from fraisier.hosts.compose.release import missing, require_pins
from fraisier.model.host import Host, Site
from fraisier.model.step import HEALTH, Seen, step_kind

JUDGED_BY_WHAT_THEY_NEED: Final = 5
PAUSE: Final = 0.25  # seconds


class Params(msgspec.Struct, frozen=True, kw_only=True):
    """What a job depends on may say for `starts_within` seconds that it starts."""

    project: Project
    release: str
    starts_within: float = 300.0


@step_kind(HEALTH, version=JUDGED_BY_WHAT_THEY_NEED, params=Params, repeatable=True)
class WhatJobsNeed:
    """Their images, and the services that they depend on. No job is run for it."""

    async def check(self, site: Site, params: Params) -> Seen:
        return Seen.NOT_DONE if await _wrong(site.host, params) else Seen.DONE

    async def apply(self, site: Site, params: Params) -> None:
        until = time.monotonic() + params.starts_within
        while wrong := await _wrong(site.host, params):
            if not await _starting(site.host, params) or time.monotonic() > until:
                raise HealthCheckError(
                    f"The jobs cannot run: {wrong}.",
                    hint=f"docker compose --project-name {params.project.name} logs",
                )
            await asyncio.sleep(PAUSE)

    async def undo(self, site: Site, params: Params) -> None:
        """Looking changed nothing."""


async def _wrong(host: Host, params: Params) -> str:
    """Empty when nothing is."""
    pins = await require_pins(host, params.project.app_path, params.release)
    if gone := await missing(host, pins):
        return f"the image of {', '.join(gone)} is gone"
    there = await _needed(host, params)
    absent = [name for name in pins.wanted if name not in {one.service for one in there}]
    return f"there is no container of {absent[0]}" if absent else complaint(there)


async def _starting(host: Host, params: Params) -> bool:
    return any(one.health == "starting" for one in await _needed(host, params))


async def _needed(host: Host, params: Params) -> tuple[Container, ...]:
    pins = await require_pins(host, params.project.app_path, params.release)
    return of(await containers(host, params.project.name), pins.wanted)
