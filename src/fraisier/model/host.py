"""What a step may ask of a machine, wherever that machine is."""

from __future__ import annotations

from typing import Protocol

import msgspec

from fraisier.model.command import Command, CommandResult
from fraisier.model.secret import Secret


class Fence(msgspec.Struct, frozen=True, kw_only=True):
    """Who may change a lane on a host: one installation, and of it the newest token.

    `folder` is where the host keeps its side: the highest token seen, what runs, how it ended.
    """

    installation_id: str
    lane: str
    token: int
    folder: str


class Listener(msgspec.Struct, frozen=True, kw_only=True):
    """One process that listens on a TCP port."""

    pid: int
    started: str
    command: str


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What came of asking an address of the network. `trouble` is empty when it answered, else one of `TROUBLES`.

    `detail` says why in the words of the system, and never what was asked.
    """

    trouble: str = ""
    detail: str = ""
    status: int = 0
    headers: dict[str, str] = {}
    body: bytes = b""


class Host(Protocol):
    """One machine. `run` changes it and passes the fence; everything else only reads."""

    @property
    def name(self) -> str: ...

    async def run(self, what: Command) -> CommandResult:
        """Run an effect under the fence, detached, never twice. A bad exit code is an answer, not an error.

        Raises `FenceRefused` when a newer token or another installation owns the lane, and `Unreachable`.
        """
        ...

    async def send(self, source: str, name: str) -> str:
        """Bring a file of Fraisier's own machine there, under the fence; its path there, until the next one comes.

        Raises what `run` raises.
        """
        ...

    async def look(self, what: Command) -> CommandResult:
        """Run a command that changes nothing; no fence, no record, killed when the connection ends."""
        ...

    async def read_text(self, path: str) -> str | None:
        """The text of a file of at most 4 MiB; None where there is none."""
        ...

    async def read_link(self, path: str) -> str | None:
        """Where a symbolic link points, as written in it; None where there is none."""
        ...

    async def real_path(self, path: str) -> str:
        """Where a path really leads, all links followed; what does not exist leads where it says."""
        ...

    async def list_folder(self, path: str) -> list[str] | None:
        """The sorted names in a folder; None where there is no such folder."""
        ...

    async def room(self, path: str) -> int | None:
        """The bytes that the disk has left below a path, be it there or not; None where a disk cannot be full."""
        ...

    async def working_folders(self) -> list[str]:
        """The sorted folders in which processes work, as far as may be known; those of removed ones end in `(deleted)`."""
        ...

    async def listeners(self, port: int) -> list[Listener]:
        """Every process that listens on this TCP port, on any address."""
        ...

    async def process_tree(self, pid: int) -> list[int]:
        """`pid` and all its living descendants; empty when it is gone. Zombies are dead."""
        ...

    async def recorded(self, *paths: str) -> list[list[int]]:
        """The `process_tree` of each process that left such a record, see `hosts.launch.remember`; empty when it is gone."""
        ...

    async def get(self, url: str, *, within: float) -> Reply:
        """Ask an http(s) address from there, within so many seconds. A body is read to its end or to 64 KiB."""
        ...

    async def connect(self, address: str, port: int, *, within: float) -> Reply:
        """Open a TCP connection from there, within so many seconds, and close it."""
        ...


class Site(Protocol):
    """Where one step happens, and what it may use there."""

    @property
    def host(self) -> Host: ...

    def here(self, key: str) -> Host:
        """The machine that Fraisier runs on. What a deployment has run there below this key is not run again."""
        ...

    def resolve(self, text: str) -> str | Secret:
        """The value of a text that may hold `${…}` references; `Secret` as soon as it held one.

        Raises `ConfigurationError` naming the reference that cannot be resolved, never its value.
        """
        ...

    def say(self, text: str) -> None:
        """Tell the people who watch this step something they should know."""
        ...
