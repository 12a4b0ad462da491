"""What is judged: a service, and the version that must be the one that answers."""

from __future__ import annotations

import msgspec

from fraisier.config.health_check import HealthCheck
from fraisier.hosts.compose.project import Project
from fraisier.hosts.service_ref import ServiceRef
from fraisier.model.commit import Commit
from fraisier.model.identity import Identity


class Params(msgspec.Struct, frozen=True, kw_only=True):
    """`settle`: seconds that the process must stay up when no check says anything better.

    `release_path` is the folder of the version that must be the one that answers, `commit` that version; None: not
    known. `public` are the variables of its environment that hold no secret. `identity` is for people only.
    `project` stands where containers serve, which may say themselves for `starts_within` seconds that they start.
    """

    checks: tuple[HealthCheck, ...] = ()
    service: ServiceRef | None = None
    release_path: str | None = None
    settle: float = 2.0
    commit: Commit | None = None
    identity: Identity | None = None
    public: tuple[str, ...] = ()
    project: Project | None = None
    starts_within: float = 300.0

    @property
    def watched(self) -> bool:
        """Whether it is known what serves."""
        return self.service is not None or self.project is not None

    @property
    def enabled(self) -> list[HealthCheck]:
        return [check for check in self.checks if check.enabled]

    @property
    def logs_command(self) -> str:
        """What people type to read what the service printed."""
        names = (self.identity.fraise, self.identity.environment) if self.identity else ("dep_…",)
        return " ".join(("fraisier logs", *names))
