"""Types of fraise, by the name in `type:`."""

from __future__ import annotations

from typing import Final, Protocol

from fraisier.config.environment import Environment
from fraisier.model.plan import Observed
from fraisier.model.registry import Registry
from fraisier.model.step import Step


class Deployer(Protocol):
    """The code for one type of fraise."""

    def steps(self, environment: Environment, observed: Observed) -> tuple[Step, ...]:
        """Everything that takes the observed commit live, in order."""
        ...

    def restored(self, environment: Environment, observed: Observed) -> tuple[Step, ...]:
        """The checks that judge the old version after a way back; empty when there was none."""
        ...


DEPLOYERS: Final = Registry[Deployer]("deployer", {"api": "fraisier.deployers.api"})


def deployer_of(environment: Environment) -> Deployer:
    """The deployer of a fraise's type. Raises `ConfigurationError` when none is installed by that name."""
    return DEPLOYERS.find(environment.type)
