"""What the services of an environment write, as they write it."""

from __future__ import annotations

from collections.abc import Callable

from fraisier.config.environment import Environment
from fraisier.engine.side_by_side import side_by_side
from fraisier.hosts.reader import HostReader
from fraisier.model.place import HERE
from fraisier.observer.grounds import Grounds
from fraisier.providers.provider import provider_of


async def follow(grounds: Grounds, environment: Environment, lines: int, say: Callable[[str], None]) -> None:
    """Say the last lines, and those that come for as long as this runs; of several hosts, each with its name.

    Raises `Unreachable` as soon as one host does not answer, or its connection breaks.
    """
    places = [place for place in grounds.places(environment) if place.name != HERE]

    async def listen(name: str, host: HostReader) -> None:
        mark = f"[{name}] " if len(places) > 1 else ""
        following = await provider_of(environment).following(
            host, environment, grounds.installation_id, lines
        )
        async for line in host.follow(following):
            say(mark + line)

    async with grounds.readers(places) as hosts:
        await side_by_side([listen(name, host) for name, host in hosts.targets.items()])
