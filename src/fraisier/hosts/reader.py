"""Looking at a machine without a fence: nothing here changes it, or leaves a file on it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, NoReturn

import msgspec

from fraisier.errors import FenceRefused
from fraisier.hosts.line import Line
from fraisier.model.command import Command, CommandResult
from fraisier.model.host import Listener, Reply
from fraisier.model.secret import Secret
from fraisier.transport.redaction import Redactor

READS_WITHIN = 30.0  # seconds


class HostReader:
    """A `model.host.Host` for looking only."""

    def __init__(self, line: Line, redactor: Redactor) -> None:
        self._line, self._redactor = line, redactor

    @property
    def name(self) -> str:
        return self._line.name

    async def run(self, what: Command) -> NoReturn:
        """Raises `FenceRefused`, always."""
        raise FenceRefused(self._redactor.mask(f"{self.name} was opened for looking, not for `{what}`."))

    async def send(self, source: str, name: str) -> NoReturn:
        """Raises `FenceRefused`, always."""
        del source
        raise FenceRefused(f"{self.name} was opened for looking, not for a file called {name}.")

    async def look(self, what: Command) -> CommandResult:
        question = {"do": "look", **described(what, self._redactor)}
        return result_of(await self._line.ask(question, deadline=what.deadline), self._redactor)

    async def follow(self, what: Command) -> AsyncIterator[str]:
        """The lines of a command that changes nothing, as it writes them. Raises `Unreachable` and `StepFailed`."""
        async for more in self._line.follow(
            {"do": "look", "follow": True, **described(what, self._redactor)}
        ):
            for line in self._redactor.mask(more).split("\n"):
                yield line

    async def read_text(self, path: str) -> str | None:
        text: str | None = await self._read("text", do="read", path=path)
        return text

    async def read_link(self, path: str) -> str | None:
        target: str | None = await self._read("target", do="read_link", path=path)
        return target

    async def real_path(self, path: str) -> str:
        real: str = await self._read("path", do="real_path", path=path)
        return real

    async def list_folder(self, path: str) -> list[str] | None:
        names: list[str] | None = await self._read("names", do="list", path=path)
        return names

    async def room(self, path: str) -> int | None:
        left: int | None = await self._read("bytes", do="room", path=path)
        return left

    async def working_folders(self) -> list[str]:
        folders: list[str] = await self._read("folders", do="working_folders")
        return folders

    async def listeners(self, port: int) -> list[Listener]:
        found = await self._read("listeners", do="listeners", port=port)
        masked = [{**one, "command": self._redactor.mask(one["command"])} for one in found]
        return msgspec.convert(masked, list[Listener])

    async def process_tree(self, pid: int) -> list[int]:
        pids: list[int] = await self._read("pids", do="tree", pid=pid)
        return pids

    async def recorded(self, *paths: str) -> list[list[int]]:
        trees: list[list[int]] = await self._read("trees", do="recorded", paths=paths)
        return trees

    async def get(self, url: str, *, within: float) -> Reply:
        return await self._ask_network({"do": "get", "url": url, "within": within})

    async def connect(self, address: str, port: int, *, within: float) -> Reply:
        return await self._ask_network({"do": "connect", "host": address, "port": port, "within": within})

    async def _ask_network(self, question: dict[str, Any]) -> Reply:
        value = await self._line.ask(question, deadline=question["within"])
        body: str = value.pop("body", "")
        return Reply(**value, body=body.encode("latin-1"))

    async def _read(self, what: str, **question: Any) -> Any:
        return (await self._line.ask(question, deadline=READS_WITHIN))[what]


def described(what: Command, redactor: Redactor) -> dict[str, Any]:
    """A command as it travels, with its secrets revealed; the redactor learns them first."""
    redactor.learn_from(what)
    return {
        "argv": list(what.argv),
        "env": {name: revealed(value) for name, value in what.env.items()},
        "cwd": what.cwd,
        "stdin": "".join(map(revealed, what.stdin)),
        "deadline": what.deadline,
        "hide": redactor.forms(),
    }


def revealed(value: str | Secret) -> str:
    return value.reveal() if isinstance(value, Secret) else value


def result_of(value: dict[str, Any], redactor: Redactor) -> CommandResult:
    return CommandResult(
        exit_code=value["exit_code"],
        output=redactor.mask(value["output"]),
        seconds=value["seconds"],
        timed_out=value["timed_out"],
    )
