"""Where one step happens: the host, seen through a recorder, and the resolver of references."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from fraisier.model.command import Command, CommandResult
from fraisier.model.host import Host, Listener, Reply
from fraisier.model.secret import Secret
from fraisier.model.step import Step


class EffectHost(Host, Protocol):
    """A host whose effects are numbered below a key, so that none of them runs twice."""

    def during(self, key: str) -> Host: ...


class Leash(Protocol):
    """The lease as the runner sees it: told when a step begins, asked before each effect."""

    def begin(self, step: Step, *, beside: bool) -> None:
        """A step starts; `beside` others that run, so that the longest counts."""
        ...

    def check(self) -> None:
        """Raises `LeaseLost` when the lane may belong to somebody else by now."""
        ...


class Recorder:
    """A `Host` that asks the leash before each effect and keeps what the effects printed, for the journal."""

    def __init__(self, host: Host, leash: Leash) -> None:
        self._host = host
        self._leash = leash
        self.printed: list[str] = []
        self.used = False

    @property
    def name(self) -> str:
        return self._host.name

    async def run(self, what: Command) -> CommandResult:
        self._leash.check()
        self.used = True
        result = await self._host.run(what)
        if result.output:
            self.printed.append(result.output)
        return result

    async def send(self, source: str, name: str) -> str:
        self._leash.check()
        self.used = True
        return await self._host.send(source, name)

    async def look(self, what: Command) -> CommandResult:
        return await self._host.look(what)

    async def read_text(self, path: str) -> str | None:
        return await self._host.read_text(path)

    async def read_link(self, path: str) -> str | None:
        return await self._host.read_link(path)

    async def real_path(self, path: str) -> str:
        return await self._host.real_path(path)

    async def list_folder(self, path: str) -> list[str] | None:
        return await self._host.list_folder(path)

    async def room(self, path: str) -> int | None:
        return await self._host.room(path)

    async def working_folders(self) -> list[str]:
        return await self._host.working_folders()

    async def listeners(self, port: int) -> list[Listener]:
        return await self._host.listeners(port)

    async def process_tree(self, pid: int) -> list[int]:
        return await self._host.process_tree(pid)

    async def recorded(self, *paths: str) -> list[list[int]]:
        return await self._host.recorded(*paths)

    async def get(self, url: str, *, within: float) -> Reply:
        return await self._host.get(url, within=within)

    async def connect(self, address: str, port: int, *, within: float) -> Reply:
        return await self._host.connect(address, port, within=within)


class Viewpoint:
    """A `Site` that only looks: what the survey before planning needs."""

    def __init__(self, host: Host, resolve: Callable[[str], str | Secret], here: Host | None = None) -> None:
        self.host = host
        self.resolve = resolve
        self._here = here or host

    def here(self, key: str) -> Host:
        """Looking needs no key."""
        del key
        return self._here

    def say(self, text: str) -> None:
        """Nobody watches yet."""


class StepSite:
    """The `Site` of one step, for one phase of it. `here` is the machine that Fraisier runs on."""

    def __init__(
        self,
        host: Host,
        here: EffectHost,
        leash: Leash,
        resolve: Callable[[str], str | Secret],
        say: Callable[[str], None],
    ) -> None:
        self._recorder = Recorder(host, leash)
        self._here, self._leash = here, leash
        self._resolve = resolve
        self._say = say
        self.notes: list[str] = []
        self._elsewhere = False

    @property
    def idle(self) -> bool:
        """Nothing was run on any host, and nothing said."""
        return not (self._recorder.used or self._elsewhere or self.notes)

    @property
    def host(self) -> Host:
        return self._recorder

    def here(self, key: str) -> Host:
        self._elsewhere = True
        return Recorder(self._here.during(key), self._leash)

    @property
    def output(self) -> str | None:
        return "".join(self._recorder.printed) or None

    def resolve(self, text: str) -> str | Secret:
        return self._resolve(text)

    def say(self, text: str) -> None:
        self.notes.append(text)
        self._say(text)
