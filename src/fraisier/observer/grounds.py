"""What every attempt of one process stands on: database, timing, secrets, and the way to a host."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from fraisier.config.environment import Environment
from fraisier.database import Database
from fraisier.engine.hosts import Hosts
from fraisier.engine.journal import Claim, in_thread
from fraisier.engine.side_by_side import side_by_side
from fraisier.engine.site import Viewpoint
from fraisier.engine.survey import Past
from fraisier.errors import Unreachable
from fraisier.hosts.fenced import FencedHost, open_reader
from fraisier.hosts.line import Line
from fraisier.hosts.reader import HostReader
from fraisier.model.host import Fence, Host, Site
from fraisier.model.identity import Identity
from fraisier.model.place import HERE, Place
from fraisier.model.secret import Secret
from fraisier.observer.timing import Timing, timing
from fraisier.providers.places import places
from fraisier.secrets.env_file import values_in
from fraisier.secrets.resolver import Resolver
from fraisier.secrets.variables import Variables
from fraisier.transport.channel import Opener
from fraisier.transport.local import Local
from fraisier.transport.redaction import Redactor
from fraisier.transport.ways import Ways

H = TypeVar("H", bound=Host)
KEPT: Final = ("HOME", "XDG_CACHE_HOME", "FRAISIER_WORK_DIR", "FRAISIER_LOG_DIR", "FRAISIER_SSH_KEY")
"""Where this installation finds its folders and its keys, which a unit of systemd would not know."""


class Grounds:
    """Made once per process. `${VAR}` comes from `environ`, or from secrets.env beside `config_file`."""

    def __init__(
        self,
        database: Database,
        config_file: str | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.database = database
        self.config_file = config_file
        self._environ = environ
        self.timing: Timing = timing(environ)
        self.redactor = Redactor()
        self._ways = Ways()
        self._resolver = Resolver(Variables(config_file, environ))

    @property
    def installation_id(self) -> str:
        return self.database.installation_id

    @property
    def again(self) -> tuple[str, ...]:
        """The words after env(1) that call this very installation: its Python, its file, its database."""
        kept = [f"{name}={self._environ[name]}" for name in KEPT if name in self._environ]
        config = [f"FRAISIER_CONFIG={Path(self.config_file).absolute()}"] if self.config_file else []
        database = f"FRAISIER_DB_PATH={Path(self.database.path).absolute()}"
        return (database, *config, *kept, sys.executable, "-P", "-m", "fraisier")

    def hosts(
        self, places: Sequence[Place], claim: Claim, *, some: bool = False
    ) -> AbstractAsyncContextManager[Hosts[FencedHost]]:
        """The machines of a deployment, each behind its fence.

        Raises `Unreachable` when one of the targets does not answer; with `some`, when none does.
        """

        def made(line: Line, place: Place) -> FencedHost:
            return FencedHost(line, self._fence(place, claim), self.redactor)

        return self._open(places, made, some=some)

    def readers(self, places: Sequence[Place]) -> AbstractAsyncContextManager[Hosts[HostReader]]:
        """The same machines, only to look at. Raises `Unreachable`."""
        return self._open(places, lambda line, _: HostReader(line, self.redactor))

    def places(self, environment: Environment, job: str = "") -> tuple[Place, ...]:
        """Where the machines of an environment are, for a deployment or for a job."""
        return places(environment, self.installation_id, job)

    def here(self) -> AbstractAsyncContextManager[HostReader]:
        """The machine that Fraisier runs on, only to look at."""
        return open_reader(Local(), self.redactor)

    def viewpoint(self, host: Host, here: Host | None = None) -> Viewpoint:
        """Where a survey looks from."""
        return Viewpoint(host, self.resolve, here)

    def viewpoints(self, hosts: Hosts[H]) -> dict[str, Site]:
        """Where a survey of all targets looks from."""
        return {name: self.viewpoint(host, hosts.here) for name, host in hosts.targets.items()}

    @asynccontextmanager
    async def _open(
        self, places: Sequence[Place], made: Callable[[Line, Place], H], *, some: bool = False
    ) -> AsyncIterator[Hosts[H]]:
        lines = {place.name: Line(self._opener(place), self.redactor) for place in places}
        try:
            dark = await _reach(lines)
            if dark and not (some and HERE not in dark and dark.keys() < lines.keys() - {HERE}):
                raise next(iter(dark.values()))
            yield Hosts({place.name: made(lines[place.name], place) for place in places}, dark)
        finally:
            await asyncio.gather(*(line.close() for line in lines.values()))

    def _opener(self, place: Place) -> Opener:
        if place.ssh is None:
            return Local()
        from fraisier.transport.ssh import SshOpener  # noqa: PLC0415 - for those who deploy over SSH

        return SshOpener(place.ssh, self._ways)

    def _fence(self, place: Place, claim: Claim) -> Fence:
        return Fence(
            installation_id=self.installation_id,
            lane=claim.identity.slug,
            token=claim.token,
            folder=place.folder,
        )

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


async def _reach(lines: Mapping[str, Line]) -> dict[str, Unreachable]:
    """Those that do not answer, and why."""
    dark: dict[str, Unreachable] = {}

    async def reach(name: str, line: Line) -> None:
        try:
            await line.reach()
        except Unreachable as error:
            dark[name] = error

    await side_by_side([reach(name, line) for name, line in lines.items()])
    return dark


def _configured(deployment: dict[str, Any]) -> Environment | None:
    """The snapshot of a deployment; None for one that something else ran."""
    snapshot = deployment["config_snapshot"]
    return msgspec.json.decode(snapshot, type=Environment) if snapshot else None
