"""Where a fraise runs. One folder per kind of target, one registration each; they never import each other.

`DeploymentProvider`, `DeploymentResult`, `HealthStatus` and `FraiseConfig` are documented names (prd, "Provider
Interface").
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from fraisier.model.result import DeploymentResult, HealthStatus
    from fraisier.providers.own.interface import DeploymentProvider, FraiseConfig

__all__ = ["DeploymentProvider", "DeploymentResult", "FraiseConfig", "HealthStatus"]

_HOMES: Final = {
    "DeploymentProvider": "fraisier.providers.own.interface",
    "FraiseConfig": "fraisier.providers.own.interface",
    "DeploymentResult": "fraisier.model.result",
    "HealthStatus": "fraisier.model.result",
}


def __getattr__(name: str) -> Any:
    """Load what only authors of providers need when they ask for it (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
