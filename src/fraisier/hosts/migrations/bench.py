"""Where a migration tool works: one release folder, with what that release sees."""

from __future__ import annotations

import json
import sys
from pathlib import PurePosixPath
from typing import Any, Final

import msgspec

from fraisier.hosts import env_file, layout
from fraisier.hosts.as_user import as_user
from fraisier.hosts.compose import release as compose
from fraisier.hosts.compose.project import Project
from fraisier.hosts.effect import failed
from fraisier.model.command import Command, CommandResult
from fraisier.model.host import Site

LOOKS_WITHIN: Final = 120.0
# A virtual environment of the release comes first, and what is installed beside Fraisier comes last.
_RUN: Final = 'PATH="$PWD/.venv/bin:$PWD/venv/bin:$PATH:$1"; export PATH; shift; exec "$@"'


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a tool is told, and what every one of its commands needs. `deadline` is in seconds, for each command.
    `project` is what they mean when they call `docker compose`.
    """

    app_path: str
    environment: str = ""
    program: tuple[str, ...] | None = None
    config: str | None = None
    up: tuple[str, ...] = ()
    down: tuple[str, ...] = ()
    rebuild: tuple[str, ...] = ()
    public: tuple[str, ...] = ()
    user: str | None = None
    deadline: float = 600.0
    project: Project | None = None


class Bench:
    """Runs the commands of a tool in one release. `run` changes the database and passes the fence."""

    def __init__(self, site: Site, settings: Settings, release: str) -> None:
        self._site = site
        self.settings = settings
        self.release = release

    @property
    def folder(self) -> str:
        return layout.release_path(self.settings.app_path, self.release)

    async def run(self, argv: tuple[str, ...], doing: str, *, stdin: str = "") -> CommandResult:
        """Raises `CommandFailed` with what the tool printed."""
        what = await self._command(argv, stdin, self.settings.deadline)
        result = await self._site.host.run(what)
        if not result.ok:
            raise self.failed(argv, result, doing)
        return result

    async def look(self, argv: tuple[str, ...]) -> CommandResult:
        return await self._site.host.look(await self._command(argv, "", LOOKS_WITHIN))

    async def has_variable(self, name: str) -> bool:
        return name in await self._env()

    def failed(self, argv: tuple[str, ...], result: CommandResult, doing: str) -> Exception:
        """The error for a command of the tool that did not end well."""
        shown = Command(argv=argv)
        hint = "Fix the migration and deploy again."
        return failed(self._site.host, shown, result, f"{doing} ({shown}) in {self.folder}", hint=hint)

    async def _command(self, argv: tuple[str, ...], stdin: str, deadline: float) -> Command:
        beside = str(PurePosixPath(sys.executable).parent)
        what = Command(
            argv=("sh", "-c", _RUN, "sh", beside, *argv),
            env=await self._env(),
            cwd=self.folder,
            stdin=(stdin,) if stdin else (),
            deadline=deadline,
        )
        return as_user(what, self.settings.user)

    async def _env(self) -> dict[str, Any]:
        path = layout.env_path(self.settings.app_path, self.release)
        env = await env_file.read(self._site.host, path, self.settings.public)
        if self.settings.project is not None:
            env |= await compose.meant(self._site.host, self.settings.project, self.release)
        return env


def json_in(output: str) -> dict[str, Any]:
    """The JSON object that a tool printed, whatever it printed around it; empty when there is none."""
    start = output.find("{\n")
    try:
        found, _ = json.JSONDecoder().raw_decode(output[start:])
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
