"""Which steps a type of fraise needs. Pure: an environment and what was observed become a list of steps.

The deployers named here are documented (architecture, "Deployer Layer").
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from fraisier.deployers.api import APIDeployer
    from fraisier.deployers.base import BaseDeployer
    from fraisier.deployers.jobs import BackupDeployer, ETLDeployer, ScheduledDeployer
    from fraisier.model.result import DeploymentResult

__all__ = [
    "APIDeployer",
    "BackupDeployer",
    "BaseDeployer",
    "DeploymentResult",
    "ETLDeployer",
    "ScheduledDeployer",
]

_HOMES: Final = {
    "APIDeployer": "fraisier.deployers.api",
    "BaseDeployer": "fraisier.deployers.base",
    "BackupDeployer": "fraisier.deployers.jobs",
    "ETLDeployer": "fraisier.deployers.jobs",
    "ScheduledDeployer": "fraisier.deployers.jobs",
    "DeploymentResult": "fraisier.model.result",
}


def __getattr__(name: str) -> Any:
    """Load a deployer when somebody asks for it (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
