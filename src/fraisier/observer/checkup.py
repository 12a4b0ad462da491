"""A check-up of one environment: its health checks, asked now, against what its target runs now."""

from __future__ import annotations

import asyncio

import msgspec

from fraisier.config.environment import Environment
from fraisier.engine.planner import settled
from fraisier.errors import HealthCheckError
from fraisier.health.examine import Examined, examine
from fraisier.health.params import Params
from fraisier.model.host import Site
from fraisier.model.plan import Observed
from fraisier.model.step import Seen, params_of, registered
from fraisier.observer.grounds import Grounds
from fraisier.providers.provider import provider_of


async def check_up(grounds: Grounds, environment: Environment) -> list[Examined]:
    """Every check with what it brought, on every host. Raises `HealthCheckError` when nothing is deployed there."""
    async with grounds.readers(grounds.places(environment)) as hosts:
        sites = grounds.viewpoints(hosts).values()
        found = await asyncio.gather(*(_check_up(grounds, environment, site) for site in sites))
    if len(found) == 1:
        return found[0]
    return [
        msgspec.structs.replace(one, check=f"{host}: {one.check}")
        for host, all_of in zip(hosts.targets, found, strict=True)
        for one in all_of
    ]


async def _check_up(grounds: Grounds, environment: Environment, site: Site) -> list[Examined]:
    provider = provider_of(environment)
    view = await provider.look(site.host, environment)
    if view.live is None:
        raise HealthCheckError(
            f"Nothing is deployed to {environment.identity} on {site.host.name}.",
            hint=f"fraisier deploy {environment.fraise} {environment.environment}",
        )
    observed = Observed(
        attempt="",
        commit=view.live.commit,
        release_name=view.live.name,
        installation_id=grounds.installation_id,
        mirror="",
        live=view.live,
        service_manager=view.service_manager,
    )
    step = provider.health(settled(environment, view.home), observed, view.live)
    params = params_of(step)
    if isinstance(params, Params):
        return [one async for one in examine(site, params)]
    seen = await registered(step).kind.check(site, params)
    said = "it is well" if seen is Seen.DONE else "it is not well"
    return [Examined(check=environment.provider, good=seen is Seen.DONE, said=said)]
