"""A lane on this machine: releases of a real small service, and the steps that move them, on a fenced host."""

from __future__ import annotations

import json
import shutil
import sys
import urllib.request
from pathlib import Path

import msgspec

from fraisier.hosts import layout, steps
from fraisier.hosts.service_manager import ServiceRef, service_manager
from fraisier.model.commit import Commit
from fraisier.model.host import Host
from fraisier.model.release import Release
from fraisier.model.secret import Secret
from fraisier.model.step import Step, params_of, registered
from tests.support import ports, processes

SERVICE = Path(__file__).parent / "service" / "app.py"
assert steps.__all__


class Site:
    """`references` are what `${NAME}` resolves to; `said` keeps what people were told."""

    def __init__(self, host: Host, **references: str) -> None:
        self.host = host
        self.said: list[str] = []
        self.references = references

    def resolve(self, text: str) -> str | Secret:
        name = text.removeprefix("${").removesuffix("}")
        return Secret(self.references[name]) if text.startswith("${") else text

    def say(self, text: str) -> None:
        self.said.append(text)


class Lane:
    def __init__(self, host: Host, folder: Path) -> None:
        self.site = Site(host)
        self.host = host
        self.app_path = str(folder / "app")
        self.port = ports.free_port()
        self.service = ServiceRef(
            manager="supervisor",
            name=f"fraisier-0badcafe-{folder.name[-30:]}-{self.port}",
            app_path=self.app_path,
            port=self.port,
            stop_timeout=2,
        )

    async def step(self, kind: str, *, way: str = "apply", **params):
        """One step as the engine would call it: parameters through JSON, the kind by its name."""
        plain = json.loads(msgspec.json.encode({"app_path": self.app_path, **params}))
        step = Step(kind=kind, title=kind, params=plain)
        return await getattr(registered(step).kind, way)(self.site, params_of(step))

    async def release(self, name: str, mode: str = "well", *, argv=None, **env_vars: str) -> str:
        """A built release with everything beside it."""
        self.build(name, mode)
        await self.step("stage_release", **self.staged(name, argv=argv, **env_vars))
        return name

    def build(self, name: str, mode: str = "well") -> Path:
        """Only the folder, as after a build."""
        folder = self.folder(name)
        folder.mkdir(parents=True)
        shutil.copy(SERVICE, folder)
        (folder / "mode").write_text(mode)
        (folder / "label").write_text(name)
        return folder

    def folder(self, name: str) -> Path:
        return Path(layout.release_path(self.app_path, name))

    def private(self, name: str = "") -> Path:
        return Path(layout.private_folder(self.app_path), name)

    def staged(self, name: str, *, argv=None, **env_vars: str):
        return {
            "manifest": Release(name=name, commit=Commit(sha="a" * 40)),
            "service": self.service,
            "argv": argv or [sys.executable, "app.py"],
            "env_vars": {"PORT": str(self.port), "FRAISIER_VERSION": name, **env_vars},
            "description": "a test's service",
        }

    async def switch(self, name: str, previous: str | None, way: str = "apply"):
        return await self.step(
            "switch_release", way=way, release=name, previous=previous, service=self.service
        )

    async def processes(self) -> list[int]:
        return await service_manager("supervisor").processes(self.host, self.service)

    def answer(self) -> dict:
        """What the service says about itself, as soon as it says anything."""
        said: list[dict] = []
        processes.until(lambda: said or self._ask(said))
        return said[0]

    def listens(self) -> bool:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=2).close()
        except OSError:
            return False
        return True

    def current(self) -> str | None:
        link = Path(layout.current_path(self.app_path))
        return str(link.readlink()) if link.is_symlink() else None

    def _ask(self, said: list[dict]) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=2) as response:
                said.append(json.load(response))
        except OSError:
            return False
        return True


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])


def of_process(pid: int, file: str) -> list[str]:
    """The words of /proc/PID/cmdline or environ."""
    return [word.decode() for word in Path(f"/proc/{pid}/{file}").read_bytes().split(b"\0")[:-1]]


def open_files(pid: int) -> list[str]:
    return [str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()]


def written(path: Path) -> str:
    """The text of a file, as soon as there is some."""
    assert processes.until(lambda: path.exists() and path.read_text(encoding="utf-8"))
    return path.read_text(encoding="utf-8")


def mode(path: str | Path) -> int:
    return Path(path).stat().st_mode & 0o777


def names_in(folder: Path, pattern: str = "*") -> set[str]:
    return {path.name for path in folder.glob(pattern)}
