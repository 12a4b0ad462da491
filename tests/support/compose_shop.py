"""The shop in containers: a Compose project of a real engine, which has a network of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fraisier.hosts.compose.project import RELEASE_LABEL
from tests.hosts.engine import Engine
from tests.hosts.machine import Machine
from tests.support.ports import free_port
from tests.support.processes import until
from tests.support.shop import Shop, merged
from tests.support.ssh_shop import SshShop

CONTAINER = Path(__file__).parent / "container"
FILES = {path.name: path.read_text(encoding="utf-8").rstrip("\n") for path in CONTAINER.iterdir()}


class Containers(Shop):
    """What the engine tells of a shop."""

    engine: Engine

    def commit(self, mode: str = "ok", **files: str) -> str:
        return self.repository.commit(mode, files={**FILES, **files})

    def environment(self, name: str = "production", **overrides: Any) -> dict[str, Any]:
        """Containers are reached by the port that they publish."""
        base = super().environment(name)
        port = self.port(name)
        base |= {"provider": "docker_compose", "service": {"name": "web", "port": port}}
        base["health_check"]["url"] = f"http://127.0.0.1:{port}/cgi-bin/health"
        return merged(base, overrides)

    def status(self, environment: str = "production") -> Any:
        """Docker may take longer than `status` waits for it; on a busy machine it is asked again."""
        answers: list[Any] = []

        def reached() -> bool:
            answers.append(super(Containers, self).status(environment))
            return bool(answers[-1]["observed"]["reachable"])

        until(reached, 60)
        return answers[-1]

    def left_over(self) -> list[str]:
        """Processes of Fraisier's, and containers of another release than the live one."""
        link = self.seen(self.app_path() / "current")
        live = link.readlink().name if link.is_symlink() else None
        others = [
            one["Name"] for one in self.containers() if one["Config"]["Labels"].get(RELEASE_LABEL) != live
        ]
        return [*self.processes().values(), *others]

    @property
    def installation(self) -> str:
        return self.rows("SELECT id FROM tb_installation")[0]["id"][:8]

    def containers(self, *more: str) -> list[dict[str, Any]]:
        """Every container of this installation, as `docker inspect` tells."""
        ids = self.engine.docker(
            "ps", "--all", "--quiet", "--filter", f"name=fraisier-{self.installation}", *more
        ).split()
        return json.loads(self.engine.docker("inspect", *ids)) if ids else []

    def images(self) -> list[str]:
        """The names of the images that this installation keeps."""
        listed = self.engine.docker("images", "--format", "{{.Repository}}:{{.Tag}}").split()
        return sorted(name for name in listed if name.startswith(f"fraisier-{self.installation}-"))

    def networks(self) -> list[str]:
        listed = self.engine.docker("network", "ls", "--format", "{{.Name}}").split()
        return [name for name in listed if name.startswith(f"fraisier-{self.installation}-")]

    def take_away(self) -> None:
        """Every container and network; the images go with the engine."""
        if self.database.exists():
            if ids := [one["Id"] for one in self.containers()]:
                self.engine.docker("rm", "--force", "--volumes", *ids)
            for name in self.networks():
                self.engine.docker("network", "rm", name)


class ComposeShop(Containers, Shop):
    """Its commands run inside the engine's network, so that health checks reach what containers publish."""

    patience = 120.0

    def __init__(self, long: Path, short: Path, engine: Engine) -> None:
        self.engine = engine
        super().__init__(long, short)
        engine.settings(self.home)

    @property
    def inside(self) -> list[str]:
        return self.engine.inside

    def about(self, environment: str = "production") -> dict[str, Any] | None:
        address = f"http://127.0.0.1:{self.port(environment)}/"
        words = [*self.inside, "curl", "--silent", "--max-time", "3", address]
        asked = subprocess.run(words, capture_output=True, text=True, timeout=10, check=False)
        return json.loads(asked.stdout) if asked.returncode == 0 and asked.stdout else None

    @contextmanager
    def listening(self) -> Iterator[int]:
        """Somebody else listens on a port of the engine's network."""
        port = free_port()
        code = f"import socket,time; s=socket.create_server(('127.0.0.1', {port})); print(1, flush=True); time.sleep(600)"
        words = [*self.inside, sys.executable, "-c", code]
        with subprocess.Popen(words, stdout=subprocess.PIPE) as other:
            assert other.stdout
            other.stdout.readline()
            try:
                yield port
            finally:
                other.kill()

    def pretend_socket(self, path: str) -> None:
        """Make the `docker` command of this shop look for its engine there."""
        [meta] = (self.home / ".docker/contexts/meta").glob("*/meta.json")
        meta.write_text(
            meta.read_text(encoding="utf-8").replace(str(self.engine.socket), path), encoding="utf-8"
        )

    def close(self) -> None:
        self.take_away()
        shutil.rmtree(self.home / ".docker")
        super().close()


class SshComposeShop(Containers, SshShop):
    """The containers run on hosts behind SSH; what is asked of an engine is asked of the first one."""

    def __init__(self, long: Path, short: Path, hosts: Sequence[Machine], engines: Sequence[Engine]) -> None:
        self.engine = engines[0]
        self.engines = engines
        super().__init__(long, short, hosts)

    def close(self) -> None:
        for engine in self.engines:
            self.engine = engine
            self.take_away()
        super().close()
