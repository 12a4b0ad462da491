"""Taking over the fence of a lane on its target, which another installation of Fraisier has left behind."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Any

import msgspec

from fraisier.config.environment import Environment
from fraisier.engine.journal import Claim, in_thread
from fraisier.engine.planner import settled
from fraisier.engine.side_by_side import side_by_side
from fraisier.errors import LockError
from fraisier.model.place import HERE
from fraisier.observer.asking import Asking
from fraisier.observer.grounds import Grounds
from fraisier.providers.provider import provider_of

DAMAGED = "unreadable"


class Fenced(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in a lane's fence on the target: whose it is, and the highest token there."""

    owner: str
    token: int


async def owner_of(grounds: Grounds, environment: Environment) -> Fenced | None:
    """Whose fence it is, on the first host where it is not ours; None when there is none yet."""
    environment = await _found(grounds, environment)
    places = [place for place in grounds.places(environment) if place.name != HERE]
    async with grounds.readers(places) as hosts:
        paths = {place.name: str(PurePosixPath(place.folder) / "fence.json") for place in places}
        texts = [await hosts.of(name).read_text(path) for name, path in paths.items()]
    found = [fenced for text in texts if (fenced := _read(text)) is not None]
    foreign = [fenced for fenced in found if fenced.owner != grounds.installation_id]
    return next(iter(foreign or found), None)


def _read(text: str | None) -> Fenced | None:
    if text is None:
        return None
    try:
        stored: Any = json.loads(text)
        return Fenced(owner=str(stored["installation_id"]), token=int(stored["token"]))
    except (ValueError, TypeError, KeyError):
        return Fenced(owner=DAMAGED, token=0)


async def adopt(grounds: Grounds, environment: Environment, seen: Fenced, asking: Asking) -> int:
    """Make the fence ours, end what its owner left running behind it, and return the new token.

    Raises `LockError` when a deployment of ours is at work in the lane.
    """
    identity = environment.identity
    lane = await in_thread(
        grounds.database.call,
        "fn_adopt_fence",
        **msgspec.structs.asdict(identity),
        seen=seen.token,
        owner=seen.owner,
        by=asking.by,
        asked_from=asking.where,
    )
    if lane is None:
        raise LockError(
            f"A deployment is at work in {identity}.",
            hint=f"fraisier why {identity.fraise} {identity.environment}",
        )
    claim = Claim(identity=identity, lane=lane["pk_lane"], token=lane["token"])
    places = grounds.places(await _found(grounds, environment))
    async with grounds.hosts(places, claim) as hosts:
        await side_by_side([host.adopt_fence() for host in hosts.answering.values()])
    return int(lane["token"])


async def _found(grounds: Grounds, environment: Environment) -> Environment:
    """With the folder that stands for `app_path`: where the fence of a lane lies, only the target knows."""
    async with grounds.readers(grounds.places(environment)) as hosts:
        view = await provider_of(environment).look(hosts.of(""), environment)
    return settled(environment, view.home)
