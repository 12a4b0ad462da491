"""Documented deployers whose types are not built yet: they can be imported, and say so when they are used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from fraisier.config.environment import Environment
from fraisier.deployers.base import BaseDeployer
from fraisier.errors import NotSupportedYet


class _Later(BaseDeployer):
    def __init__(self, config: Environment | Mapping[str, Any]) -> None:
        del config
        raise NotSupportedYet(
            f"{type(self).__name__}: fraises of type {self.fraise_type} are not supported yet.",
            hint="Types that work: api, and custom with a deployer of your own.",
        )


class ETLDeployer(_Later):
    """Runs a script that processes data."""

    fraise_type: ClassVar[str] = "etl"


class ScheduledDeployer(_Later):
    """Runs jobs at set times."""

    fraise_type: ClassVar[str] = "scheduled"


class BackupDeployer(_Later):
    """Backs up, and removes what is older than it must be."""

    fraise_type: ClassVar[str] = "backup"
