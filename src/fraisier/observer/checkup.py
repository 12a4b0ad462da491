"""A check-up of one environment: its health checks, asked now, against what its target runs now."""

from __future__ import annotations

from fraisier.config.environment import Environment
from fraisier.errors import HealthCheckError
from fraisier.health.examine import Examined, examine
from fraisier.health.params import Params
from fraisier.model.plan import Observed
from fraisier.model.step import Seen, params_of, registered
from fraisier.observer.grounds import Grounds
from fraisier.providers.provider import provider_of


async def check_up(grounds: Grounds, environment: Environment) -> list[Examined]:
    """Every check with what it brought. Raises `HealthCheckError` when nothing is deployed there."""
    provider = provider_of(environment)
    async with grounds.reader() as host:
        view = await provider.look(host, environment)
        if view.live is None:
            raise HealthCheckError(
                f"Nothing is deployed to {environment.identity}.",
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
        step = provider.health(environment, observed, view.live)
        params = params_of(step)
        if isinstance(params, Params):
            return [one async for one in examine(grounds.viewpoint(host), params)]
        seen = await registered(step).kind.check(grounds.viewpoint(host), params)
        said = "it is well" if seen is Seen.DONE else "it is not well"
        return [Examined(check=environment.provider, good=seen is Seen.DONE, said=said)]
