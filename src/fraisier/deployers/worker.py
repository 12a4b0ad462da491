"""worker: a service that answers nobody. It is deployed like an api, and known by its process alone."""

from __future__ import annotations

from typing import ClassVar

from fraisier.deployers.api import APIDeployer
from fraisier.deployers.planned import Planned
from fraisier.deployers.registry import DEPLOYERS


class WorkerDeployer(APIDeployer):
    """The steps of a service; without a port the process itself has to be the new one, and to stay alive."""

    fraise_type: ClassVar[str] = "worker"


DEPLOYERS.register("worker", Planned(WorkerDeployer))
