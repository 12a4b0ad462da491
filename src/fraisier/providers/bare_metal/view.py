"""What the provider sees on a host before anything is planned."""

from __future__ import annotations

import msgspec

from fraisier.config.environment import Environment
from fraisier.hosts.migrations import applied
from fraisier.hosts.service_manager import detect
from fraisier.model.host import Host
from fraisier.model.release import Release


class View(msgspec.Struct, frozen=True, kw_only=True):
    """What lies below `app_path` (or `home`, which stands for it), and who runs services there."""

    releases: tuple[Release, ...]
    live: Release | None
    service_manager: str
    migrated: tuple[str, ...] = ()
    home: str = ""


async def migrated(host: Host, environment: Environment) -> tuple[str, ...]:
    """The releases whose migrations are in the application's database, oldest first."""
    if environment.database is None or not environment.database.changes:
        return ()
    return tuple(one.release for one in await applied.read(host, environment.app_path))


async def manager(host: Host, environment: Environment) -> str:
    """What the environment says, else what is detected."""
    service = environment.service
    if service is None or service.manager == "auto":
        return await detect(host)
    return service.manager
