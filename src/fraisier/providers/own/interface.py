"""The documented interface of a provider of one's own (prd, "Provider Interface")."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import msgspec

from fraisier.model.result import DeploymentResult, HealthStatus


class FraiseConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The fraise and environment that a provider is asked about.

    `provider_config` is what fraises.yaml says there, its references resolved: it holds secrets as plain text.
    """

    name: str
    environment: str
    type: str
    branch: str = ""
    git_repo: str = ""
    provider_config: dict[str, Any] = msgspec.field(default_factory=dict)


class DeploymentProvider(ABC):
    """Each method may be async. Versions are full commit hashes; a method that fails returns False or raises."""

    @abstractmethod
    def deploy(self, fraise: FraiseConfig, version: str) -> DeploymentResult:
        """Make `version` the live one. It is asked again after an interruption."""

    @abstractmethod
    def rollback(self, fraise: FraiseConfig, to_version: str) -> bool:
        """Make `to_version`, which was live before, the live one again."""

    @abstractmethod
    def health_check(self, fraise: FraiseConfig) -> HealthStatus:
        """Whether what is live is well."""

    @abstractmethod
    def logs(self, fraise: FraiseConfig, lines: int = 100) -> str:
        """The last lines that it wrote."""

    @abstractmethod
    def stop(self, fraise: FraiseConfig) -> bool:
        """Make nothing live: a first deployment has failed."""

    @abstractmethod
    def start(self, fraise: FraiseConfig) -> bool:
        """Start again what was stopped."""
