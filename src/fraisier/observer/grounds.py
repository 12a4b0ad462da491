"""What every attempt of one process stands on: database, timing, secrets, and the way to a host."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

import msgspec

from fraisier.config.environment import Environment
from fraisier.database import Database
from fraisier.engine.journal import in_thread
from fraisier.engine.site import Viewpoint
from fraisier.engine.survey import Past
from fraisier.hosts.fenced import FencedHost, open_host, open_reader
from fraisier.hosts.reader import HostReader
from fraisier.model.host import Fence, Host
from fraisier.model.identity import Identity
from fraisier.model.secret import Secret
from fraisier.observer.timing import Timing, timing
from fraisier.secrets.env_file import values_in
from fraisier.secrets.resolver import Resolver
from fraisier.secrets.variables import Variables
from fraisier.transport.local import Local
from fraisier.transport.redaction import Redactor


class Grounds:
    """Made once per process. `${VAR}` comes from `environ`, or from secrets.env beside `config_file`."""

    def __init__(
        self,
        database: Database,
        config_file: str | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.database = database
        self.timing: Timing = timing(environ)
        self.redactor = Redactor()
        self._resolver = Resolver(Variables(config_file, environ))

    @property
    def installation_id(self) -> str:
        return self.database.installation_id

    def host(self, fence: Fence) -> AbstractAsyncContextManager[FencedHost]:
        """The machine that Fraisier runs on, behind its fence."""
        return open_host(Local(), fence, self.redactor)

    def reader(self) -> AbstractAsyncContextManager[HostReader]:
        """The same machine, only to look at."""
        return open_reader(Local(), self.redactor)

    def viewpoint(self, host: Host) -> Viewpoint:
        """Where a survey looks from."""
        return Viewpoint(host, self.resolve)

    def resolve(self, text: str) -> str | Secret:
        """The value of a text with references; the redaction sink learns what it must never let through."""
        value = self._resolver.resolve(text)
        if isinstance(value, Secret):
            self.redactor.learn(value, *values_in(value))
        return value

    async def past(self, identity: Identity) -> Past:
        """What the database remembers of a lane."""
        return await in_thread(self._past, identity)

    def _past(self, identity: Identity) -> Past:
        lane = msgspec.structs.asdict(identity)
        state = self.database.row("state", **lane) or {}
        successes = tuple(self.database.rows("successes", **lane, limit=200))
        return Past(
            current=state.get("current_version"),
            health=state.get("status") or "unknown",
            successes=successes,
            before=_configured(successes[0]) if successes else None,
        )


def _configured(deployment: dict[str, Any]) -> Environment | None:
    """The snapshot of a deployment; None for one that something else ran."""
    snapshot = deployment["config_snapshot"]
    return msgspec.json.decode(snapshot, type=Environment) if snapshot else None
