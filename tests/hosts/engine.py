"""A Docker engine with Compose and a registry, in a folder and a network of its own.

Its bridges, its firewall and the ports that its containers publish live in a network namespace and go with it, so
several engines stand side by side. Whoever talks to a published port goes through `inside`.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.hosts import needs, network, shell
from tests.hosts.compose_plugin import compose_plugin
from tests.hosts.layers import BASE, locked
from tests.hosts.machine import Machine, started
from tests.support import processes

ENGINES = BASE / "engines"
SLOTS = 200
UP_WITHIN = 90.0
CONTEXT = "fraisier"
IMAGE = "fraisier-test-base"
REGISTRY_PORT = 5000
# Without a session of its own, whatever ends ours would end the engine.
_DETACHED = 'log=$1; shift; setsid "$@" > "$log" 2>&1 & echo $!'
_REGISTRY = """\
version: 0.1
storage: {{filesystem: {{rootdirectory: {folder}/registry}}, delete: {{enabled: true}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""


@dataclass(frozen=True, kw_only=True)
class Engine:
    """`owner` is the process whose end is the engine's; None for one that stays until it is taken down.

    `namespace` is the network that it lives in; it makes and removes its own unless it is given somebody's. Its
    socket lies in `shared`, if given: a folder that others see, too.
    """

    slot: int
    owner: int | None
    plugin: Path
    namespace: str
    shared: Path | None = None

    @property
    def folder(self) -> Path:
        return ENGINES / str(self.slot)

    @property
    def socket(self) -> Path:
        return (self.shared or self.folder) / f"docker-{self.slot}.sock"

    @property
    def registry(self) -> str:
        """The address of the registry, as images name it; only inside the network there is one."""
        return f"127.0.0.1:{REGISTRY_PORT}"

    @property
    def inside(self) -> list[str]:
        """What a command begins with to see the engine's ports on 127.0.0.1."""
        return [shutil.which("nsenter") or "", f"--net={network.NAMESPACES / self.namespace}"]

    def up(self) -> None:
        if self._own_network:
            shell.run("ip", "netns", "add", self.namespace)
            shell.run("ip", "-n", self.namespace, "link", "set", "lo", "up")
        self.settings(self.folder / "home")
        (self.folder / "registry.yml").write_text(_REGISTRY.format(folder=self.folder, port=REGISTRY_PORT))
        self._start("registry", "docker-registry", "serve", self.folder / "registry.yml")
        self.start()
        self.load(IMAGE, {"bin/busybox": (0o755, Path(shutil.which("busybox") or "").read_bytes())})

    def start(self) -> None:
        """Start the daemon and wait until it answers."""
        self._start(
            "dockerd", "dockerd", f"--data-root={self.folder}/data", f"--exec-root={self.folder}/exec",
            f"--host=unix://{self.socket}", f"--pidfile={self.folder}/dockerd.pid",
        )  # fmt: skip
        if not processes.until(self._answers, UP_WITHIN):
            raise shell.Failed(f"dockerd did not come up\n{self._log('dockerd')}")

    def stop(self) -> None:
        """End the daemon, and its containers with it."""
        if self._answers() and (containers := self.docker("ps", "--all", "--quiet").split()):
            self.docker("rm", "--force", *containers)
        self._end("dockerd")

    def down(self) -> None:
        self.stop()
        self._end("registry")
        processes.end(processes.belonging_to(self.folder), patience=5)
        self._unmount()
        if self._own_network:
            shell.try_to("ip", "netns", "delete", self.namespace)
            network.leave()
        shutil.rmtree(self.folder)

    def docker(self, *words: object, deadline: float = 60, **more: Any) -> str:
        """What the `docker` command prints; it must end well."""
        return shell.run(
            "docker", "--config", self.folder / "home/.docker", *words, deadline=deadline, **more
        )

    def settings(self, home: Path) -> None:
        """Make a home from which `docker` and `docker compose` talk to this engine."""
        folder = home / ".docker"
        meta = folder / "contexts/meta" / hashlib.sha256(CONTEXT.encode()).hexdigest() / "meta.json"
        meta.parent.mkdir(parents=True)
        (folder / "cli-plugins").mkdir()
        (folder / "cli-plugins/docker-compose").symlink_to(self.plugin)
        (folder / "config.json").write_text(json.dumps({"currentContext": CONTEXT}))
        endpoint = {"Host": f"unix://{self.socket}", "SkipTLSVerify": False}
        meta.write_text(json.dumps({"Name": CONTEXT, "Metadata": {}, "Endpoints": {"docker": endpoint}}))

    def load(self, name: str, files: dict[str, tuple[int, bytes]]) -> None:
        """Make an image of these files and the commands of busybox; no registry is asked."""
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as tar:
            for path, (mode, content) in files.items():
                entry = tarfile.TarInfo(path)
                entry.mode, entry.size = mode, len(content)
                tar.addfile(entry, io.BytesIO(content))
            for command in _commands():
                entry = tarfile.TarInfo(f"bin/{command}")
                entry.type, entry.linkname = tarfile.SYMTYPE, "busybox"
                tar.addfile(entry)
        subprocess.run(
            ["docker", "--config", self.folder / "home/.docker", "import", "-c", "ENV PATH=/bin", "-", name],
            input=packed.getvalue(), stdout=subprocess.DEVNULL, check=True, timeout=60,
        )  # fmt: skip

    @property
    def _own_network(self) -> bool:
        return self.namespace == own_namespace(self.slot)

    def _start(self, name: str, *words: object) -> None:
        """With the mounts of this machine: ip-netns(8) would hide the control groups."""
        argv = [*self.inside, *map(str, words)]
        pid = int(shell.run("sh", "-c", _DETACHED, "sh", self.folder / f"{name}.log", *argv))
        (self.folder / f"{name}.started").write_text(json.dumps([pid, started(pid)]))

    def _end(self, name: str) -> None:
        record = self.folder / f"{name}.started"
        pid, since = json.loads(record.read_text()) if record.exists() else (0, "never")
        if pid and started(pid) == since:
            processes.end([pid], patience=15)

    def _answers(self) -> bool:
        words = ["docker", "--config", self.folder / "home/.docker", "version"]
        return subprocess.run(words, capture_output=True, timeout=30, check=False).returncode == 0

    def _log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")[-3000:]

    def _unmount(self) -> None:
        mounted = [
            line.split()[1] for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
        ]
        for place in reversed([place for place in mounted if place.startswith(f"{self.folder}/")]):
            shell.try_to("umount", place)


def prepare_docker() -> Path:
    """The Compose plugin, once everything else is here. Raises `Missing`."""
    needs.check_docker()
    return compose_plugin()


def open_engine(owner: int | None, namespace: str = "", shared: Path | None = None) -> Engine:
    """Bring up an engine, in this network or one of its own. Raises `Missing`."""
    plugin = prepare_docker()
    with locked(BASE / "engines.lock"):
        tidy_engines()
        slot = next(slot for slot in range(SLOTS) if not (ENGINES / str(slot)).exists())
        where = namespace or own_namespace(slot)
        engine = Engine(slot=slot, owner=owner, plugin=plugin, namespace=where, shared=shared)
        engine.folder.mkdir(parents=True)
        described = [engine.namespace, owner and [owner, started(owner)]]
        (engine.folder / "engine.json").write_text(json.dumps(described))
    try:
        engine.up()
    except BaseException:
        engine.down()
        raise
    return engine


@contextmanager
def docker_on(machine: Machine) -> Iterator[Engine]:
    """An engine for a host: it runs beside it, in its network, and `docker` is there for root."""
    namespace = network.namespace(machine.slot, machine.number)
    with docker_engine(namespace, machine.shared) as engine:
        bins, plugins = machine.disk / "usr/local/bin", machine.disk / "usr/local/lib/docker/cli-plugins"
        plugins.mkdir(parents=True, exist_ok=True)
        shutil.copy2(shutil.which("docker") or "", bins / "docker")
        shutil.copy2(engine.plugin, plugins / "docker-compose")
        engine.settings(machine.disk / "root")
        yield engine
        shutil.rmtree(machine.disk / "root/.docker")


@contextmanager
def docker_engine(namespace: str = "", shared: Path | None = None) -> Iterator[Engine]:
    """An engine for this process, gone when the block ends."""
    engine = open_engine(os.getpid(), namespace, shared)
    try:
        yield engine
    finally:
        engine.down()


def tidy_engines(*, everything: bool = False) -> None:
    """Take down the engines whose owner is gone; with `everything`, those that have no owner, too."""
    for folder in ENGINES.glob("*"):
        described = folder / "engine.json"
        where, owner = json.loads(described.read_text()) if described.exists() else ("", [0, "never began"])
        if everything if owner is None else started(owner[0]) != owner[1]:
            Engine(slot=int(folder.name), owner=None, plugin=Path(), namespace=where).down()


def own_namespace(slot: int) -> str:
    return f"fr-docker-{slot}"


def _commands() -> list[str]:
    names = shell.run("busybox", "--list").split()
    return [name for name in names if name != "busybox"]
