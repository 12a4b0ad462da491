"""Starting and stopping a service by hand: short, under the lane's lease and the target's fence like any deployment."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from fraisier.config.environment import Environment
from fraisier.engine.hosts import Hosts
from fraisier.engine.journal import Claim, in_thread
from fraisier.engine.side_by_side import side_by_side
from fraisier.errors import DeploymentError, LeaseLost, LockError
from fraisier.hosts.fenced import FencedHost
from fraisier.model.status import LaneHealth
from fraisier.observer.asking import Asking
from fraisier.observer.grounds import Grounds
from fraisier.observer.lease import Lease
from fraisier.observer.machine import myself
from fraisier.providers.provider import provider_of


async def start(grounds: Grounds, environment: Environment, asking: Asking) -> None:
    """Start what is deployed, on every host. Raises `LockError`, or `DeploymentError` when nothing is, or it fails."""
    provider = provider_of(environment)
    async with _lane(grounds, environment) as (claim, hosts):
        await side_by_side([_require_deployed(host, environment) for host in hosts.targets.values()])
        await side_by_side(
            [provider.start(host, environment, grounds.installation_id) for host in hosts.targets.values()]
        )
        await _return(grounds, claim, "service.started", LaneHealth.UNKNOWN, asking)


async def stop(grounds: Grounds, environment: Environment, asking: Asking) -> None:
    """Stop the service on every host; its version stays in place. Raises `LockError`, or `DeploymentError`."""
    provider = provider_of(environment)
    async with _lane(grounds, environment) as (claim, hosts):
        await side_by_side(
            [provider.stop(host, environment, grounds.installation_id) for host in hosts.targets.values()]
        )
        await _return(grounds, claim, "service.stopped", LaneHealth.DOWN, asking)


async def _require_deployed(host: FencedHost, environment: Environment) -> None:
    view = await provider_of(environment).look(host, environment)
    if view.live is None:
        raise DeploymentError(
            f"Nothing is deployed to {environment.identity} on {host.name}.",
            hint=f"fraisier deploy {environment.fraise} {environment.environment}",
        )


@asynccontextmanager
async def _lane(grounds: Grounds, environment: Environment) -> AsyncIterator[tuple[Claim, Hosts[FencedHost]]]:
    """The machines of a lane that is ours for as long as the block runs."""
    who = {key: value for key, value in myself(grounds.timing).items() if key != "runs_on"}
    identity, database = environment.identity, grounds.database
    lane = await in_thread(database.call, "fn_take_lane", **msgspec.structs.asdict(identity), **who)
    if lane is None:
        raise LockError(
            f"Somebody is at work in {identity}; nothing was changed.",
            hint=f"fraisier why {identity.fraise} {identity.environment}",
        )
    claim = Claim(identity=identity, lane=lane["pk_lane"], token=lane["token"])
    try:
        with Lease(database, claim, grounds.timing):
            async with grounds.hosts(grounds.places(environment), claim) as hosts:
                await side_by_side([host.raise_fence() for host in hosts.answering.values()])
                yield claim, hosts
    finally:
        await in_thread(database.call, "fn_drop_lease", lane=claim.lane, token=claim.token)


async def _return(grounds: Grounds, claim: Claim, what: str, health: LaneHealth, asking: Asking) -> None:
    """The write that tells. Raises `LeaseLost` when somebody has taken the lane away meanwhile."""
    told = await in_thread(
        grounds.database.call,
        "fn_return_lane",
        lane=claim.lane,
        token=claim.token,
        type=what,
        status=str(health),
        by=asking.by,
        asked_from=asking.where,
    )
    if told is None:
        raise LeaseLost(
            f"The lane of {claim.identity} was taken away while its service changed.",
            hint=f"fraisier status {claim.identity.fraise} {claim.identity.environment}",
        )
