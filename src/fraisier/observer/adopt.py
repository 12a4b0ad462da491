"""Taking over the fence of a lane on its target, which another installation of Fraisier has left behind."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Any

import msgspec

from fraisier.config.environment import Environment
from fraisier.engine.journal import in_thread
from fraisier.errors import LockError
from fraisier.model.host import Fence
from fraisier.observer.asking import Asking
from fraisier.observer.grounds import Grounds
from fraisier.providers.provider import provider_of

DAMAGED = "unreadable"


class Fenced(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in a lane's fence on the target: whose it is, and the highest token there."""

    owner: str
    token: int


async def owner_of(grounds: Grounds, environment: Environment) -> Fenced | None:
    """Whose fence it is; None when there is none yet."""
    folder = provider_of(environment).fence_folder(environment)
    async with grounds.reader() as host:
        text = await host.read_text(str(PurePosixPath(folder) / "fence.json"))
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
    fence = Fence(
        installation_id=grounds.installation_id,
        lane=identity.slug,
        token=lane["token"],
        folder=provider_of(environment).fence_folder(environment),
    )
    async with grounds.host(fence) as host:
        await host.adopt_fence()
    return int(lane["token"])
