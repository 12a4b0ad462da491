"""Types of fraise, by the name in `type:`, and deployers of the user's by the name in `deployer:`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol

from fraisier.config.environment import Environment
from fraisier.deployers.base import BaseDeployer
from fraisier.deployers.call import found, reference
from fraisier.deployers.planned import Planned
from fraisier.errors import ConfigurationError
from fraisier.model.plan import Observed
from fraisier.model.registry import Registry, announce
from fraisier.model.step import Step


class Deployer(Protocol):
    """The code for one type of fraise."""

    @property
    def releases(self) -> bool:
        """Whether its versions lie on the target as releases; if not, only the database knows which one is live."""
        ...

    def steps(self, environment: Environment, observed: Observed) -> tuple[Step, ...]:
        """Everything that takes the observed commit live, in order."""
        ...

    def restored(self, environment: Environment, observed: Observed) -> tuple[Step, ...]:
        """The checks that judge the old version after a way back; empty when there was none."""
        ...


def made(cls: type) -> Deployer:
    """The deployer behind the class of a plugin. Raises `ConfigurationError` for one that is no `BaseDeployer`."""
    if not issubclass(cls, BaseDeployer):
        raise ConfigurationError(
            f"{cls.__name__} is not a deployer.", hint="Derive it from fraisier.deployers.BaseDeployer."
        )
    return Planned(cls)


DEPLOYERS: Final = Registry[Deployer](
    "deployer",
    {
        "api": "fraisier.deployers.api",
        "worker": "fraisier.deployers.worker",
        "backup": "fraisier.deployers.jobs",
        "etl": "fraisier.deployers.jobs",
        "scheduled": "fraisier.deployers.jobs",
    },
    made,
)


def deployer_of(environment: Environment) -> Deployer:
    """The deployer of a fraise. Raises `ConfigurationError` when none is installed by that name."""
    name = environment.deployer if environment.type == "custom" else environment.type
    if name is None:
        raise ConfigurationError(
            f"{environment.identity} is of type custom and names no deployer.", hint="Add `deployer: NAME`."
        )
    return Planned(found(name)) if ":" in name else DEPLOYERS.find(name)


def named(cls: type[BaseDeployer], config: Environment | Mapping[str, Any]) -> tuple[str, str | None]:
    """The `type` and `deployer` by which the engine finds this class: as it is registered, else where it is defined."""
    if "fraise_type" in vars(cls):
        return cls.fraise_type, None
    if isinstance(config, Environment) and config.type == "custom" and config.deployer:
        registered = deployer_of(config)
        if isinstance(registered, Planned) and registered.cls is cls:
            return "custom", config.deployer
    name = reference(cls)
    announce("deployer", name)
    return "custom", name
