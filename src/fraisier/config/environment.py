"""One environment of one fraise, with everything it inherits already in it."""

from __future__ import annotations

from typing import Any

import msgspec

from fraisier.config.app_database import AppDatabase
from fraisier.config.health_check import HealthCheck
from fraisier.config.service import Service
from fraisier.model.identity import Identity


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """What a deployment needs to know. References like `${VAR}` are still unresolved here.

    This is the configuration snapshot that is stored with each deployment.
    """

    fraise: str
    environment: str
    type: str
    description: str = ""
    name: str | None = None
    provider: str = "bare_metal"
    provider_options: dict[str, Any] = msgspec.field(default_factory=dict)
    git_repo: str = ""
    branch: str = "main"
    app_path: str = ""
    build: tuple[str, ...] | None = None
    build_timeout: float = 1800.0
    service: Service | None = None
    health_checks: tuple[HealthCheck, ...] = ()
    database: AppDatabase | None = None
    env_vars: dict[str, str] = msgspec.field(default_factory=dict)
    strategy: str = "recreate"
    keep_releases: int = 5
    hold_on_failure: bool = True

    @property
    def identity(self) -> Identity:
        return Identity(self.fraise, self.environment)


class Fraise(msgspec.Struct, frozen=True, kw_only=True):
    """A deployable service and its environments by name, in the order of the file."""

    name: str
    type: str
    description: str
    environments: dict[str, Environment]
