"""api: a service that answers requests. Build, back up, migrate, switch, judge, tidy up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from fraisier.deployers.base import BaseDeployer
from fraisier.deployers.changes import followers, readied
from fraisier.deployers.planned import Planned
from fraisier.deployers.registry import DEPLOYERS
from fraisier.model.step import Step
from fraisier.providers.provider import provider_of
from fraisier.strategies import recreate


class APIDeployer(BaseDeployer):
    """The steps of a service: the backup always precedes whatever may change the database."""

    fraise_type: ClassVar[str] = "api"
    releases: ClassVar[bool] = True

    def steps(self) -> Sequence[Step | Callable[..., Any]]:
        provider = provider_of(self.config)
        asked = self.config, self.observed
        return (
            *readied(provider, *asked),
            *recreate.change_places(provider, *asked),
            *followers(provider, *asked),
            *provider.clean(*asked),
        )

    def restored(self) -> Sequence[Step]:
        live = self.observed.live
        return () if live is None else (provider_of(self.config).health(self.config, self.observed, live),)


DEPLOYERS.register("api", Planned(APIDeployer))
