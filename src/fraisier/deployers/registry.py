"""Types of fraise, by the name in `type:`."""

from __future__ import annotations

from typing import Protocol

from fraisier.config.environment import Environment
from fraisier.errors import ConfigurationError
from fraisier.model.plan import Observed
from fraisier.model.step import Step


class Deployer(Protocol):
    """The code for one type of fraise."""

    def steps(self, environment: Environment, observed: Observed) -> tuple[Step, ...]:
        """Everything that takes the observed commit live, in order."""
        ...

    def restored(self, environment: Environment, observed: Observed) -> tuple[Step, ...]:
        """The checks that judge the old version after a way back; empty when there was none."""
        ...


_deployers: dict[str, Deployer] = {}


def register(name: str, deployer: Deployer) -> None:
    """Make `type: name` in fraises.yaml mean this code."""
    _deployers[name] = deployer


def deployer_of(environment: Environment) -> Deployer:
    """The deployer of a fraise's type. Raises `ConfigurationError` when none is installed by that name."""
    try:
        return _deployers[environment.type]
    except KeyError:
        raise ConfigurationError(
            f"No deployer is called {environment.type!r}.",
            hint=f"Installed: {', '.join(sorted(_deployers)) or 'none'}.",
        ) from None
