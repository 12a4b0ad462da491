"""api: a service that answers requests. Build, back up, migrate, switch, judge, tidy up."""

from __future__ import annotations

from fraisier.config.environment import Environment
from fraisier.deployers.changes import changes, followers
from fraisier.deployers.registry import DEPLOYERS
from fraisier.model.plan import Observed
from fraisier.model.step import Step
from fraisier.providers.provider import provider_of
from fraisier.strategies import recreate


class APIDeployer:
    """The steps of a service: the backup always precedes whatever may change the database."""

    def steps(self, environment: Environment, observed: Observed) -> tuple[Step, ...]:
        provider = provider_of(environment)
        return (
            *provider.prepare(environment, observed),
            *changes(provider, environment, observed),
            *recreate.change_places(provider, environment, observed),
            *followers(provider, environment, observed),
            *provider.clean(environment, observed),
        )

    def restored(self, environment: Environment, observed: Observed) -> tuple[Step, ...]:
        if observed.live is None:
            return ()
        return (provider_of(environment).health(environment, observed, observed.live),)


DEPLOYERS.register("api", APIDeployer())
