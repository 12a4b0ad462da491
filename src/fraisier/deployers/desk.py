"""Where a deployer is run from when Python asks: the room above fills it in, as an entry point."""

from __future__ import annotations

from typing import Final, Protocol

from fraisier.config.environment import Environment
from fraisier.model.registry import Registry
from fraisier.model.report import Report


class Desk(Protocol):
    """Takes requests about one environment from a program, and returns when they are done."""

    def deploy(self, environment: Environment) -> Report: ...

    def rollback(self, environment: Environment, to: str | None) -> Report: ...

    def current(self, environment: Environment) -> str | None:
        """The full hash of what runs there; None when nothing does."""
        ...

    def latest(self, environment: Environment) -> str | None:
        """The full hash of the tip of its branch; None when there is no repository to ask. Raises `Unreachable`."""
        ...

    def well(self, environment: Environment) -> bool:
        """Whether its health checks pass now; False when nothing is deployed there."""
        ...


DESKS: Final = Registry[Desk]("desk", {})


def desk() -> Desk:
    """The one of this installation. Raises `ConfigurationError` when it is not installed as a package."""
    return DESKS.find("own")
