"""Who can say what a machine lacks, for the providers that deploy to machines."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final, Protocol

from fraisier.config.environment import Environment
from fraisier.model.finding import Finding
from fraisier.model.host import Host
from fraisier.providers.bare_metal import examine as on_bare_metal
from fraisier.providers.docker_compose import examine as with_compose


class Examiner(Protocol):
    """What a provider that deploys to machines needs of them. Only looks."""

    def machine(self, host: Host) -> AsyncIterator[Finding]:
        """What every deployment to this machine needs."""
        ...

    def lane(self, host: Host, environment: Environment, installation_id: str) -> AsyncIterator[Finding]:
        """What one environment needs there."""
        ...


EXAMINERS: Final[dict[str, Examiner]] = {"bare_metal": on_bare_metal, "docker_compose": with_compose}
