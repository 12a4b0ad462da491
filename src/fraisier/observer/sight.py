"""What the targets of an environment show by themselves, within a bounded time. Changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from fraisier.config.environment import Environment
from fraisier.errors import Unreachable
from fraisier.model.host import Host
from fraisier.model.place import HERE, Place
from fraisier.observer.grounds import Grounds
from fraisier.providers.provider import provider_of
from fraisier.transport import ssh

WITHIN: Final = 2.0  # seconds
Seen = dict[str, Any]
DARK: Final = {"reachable": False, "running": None, "version": None, "release": None}


async def observe(grounds: Grounds, environment: Environment) -> Seen:
    """`{reachable, running, version, release}`, and for named hosts the same of each of them in `hosts`.

    A version that differs from host to host is nobody's: None.
    """
    places = [place for place in grounds.places(environment) if place.name != HERE]
    if any(place.ssh for place in places):
        ssh.load()
    found = await asyncio.gather(*(_observe(grounds, environment, place) for place in places))
    seen = dict(zip((place.name for place in places), found, strict=True))
    return together(seen) if environment.hosts else found[0]


async def _observe(grounds: Grounds, environment: Environment, place: Place) -> Seen:
    try:
        async with asyncio.timeout(WITHIN), grounds.readers([place]) as hosts:
            return await _look(grounds, environment, hosts.of(place.name))
    except TimeoutError:
        return dict(DARK)
    except Unreachable:
        if place.ssh is None:
            raise
        return dict(DARK)


async def _look(grounds: Grounds, environment: Environment, host: Host) -> Seen:
    provider = provider_of(environment)
    view = await provider.look(host, environment)
    running = await provider.running(host, environment, grounds.installation_id)
    return {
        "reachable": True,
        "running": running,
        "version": view.live.commit.sha if view.live else None,
        "release": view.live.name if view.live else None,
    }


def together(hosts: Mapping[str, Seen]) -> Seen:
    """What can be said of all of them."""
    seen = list(hosts.values())
    running = [one["running"] for one in seen]
    return {
        "reachable": all(one["reachable"] for one in seen),
        "running": None if None in running else all(running),
        "version": _common([one["version"] for one in seen]),
        "release": _common([one["release"] for one in seen]),
        "hosts": dict(hosts),
    }


def _common(values: list[str | None]) -> str | None:
    return values[0] if len(set(values)) == 1 else None
