"""The demo's small world in one folder. Nothing outside it is read or written."""

from __future__ import annotations

import os
import secrets
import shlex
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FRAISE: Final = "my_api"
ENVIRONMENT: Final = "production"


@dataclass(frozen=True, kw_only=True, slots=True)
class Workshop:
    """Where everything lies, and how its processes are told so."""

    folder: Path
    service_port: int
    server_port: int
    secret: str

    @property
    def origin(self) -> Path:
        return self.folder / "my_api.git"

    @property
    def checkout(self) -> Path:
        return self.folder / "my_api"

    @property
    def config(self) -> Path:
        return self.folder / "fraises.yaml"

    @property
    def settings(self) -> Path:
        return self.folder / "demo.env"

    @property
    def server_log(self) -> Path:
        return self.folder / "serve.log"

    @property
    def service(self) -> str:
        return f"http://127.0.0.1:{self.service_port}"

    @property
    def server(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def variables(self) -> dict[str, str]:
        """What keeps this installation of Fraisier apart from any other one."""
        return {
            "FRAISIER_CONFIG": str(self.config),
            "FRAISIER_DB_PATH": str(self.folder / "fraisier.db"),
            "FRAISIER_WORK_DIR": str(self.folder / "work"),
            "FRAISIER_WEBHOOK_SECRET": self.secret,
        }

    def environment(self) -> dict[str, str]:
        """The environment of every process that the demo starts."""
        inherited = {
            name: text for name, text in os.environ.items() if not name.startswith(("FRAISIER_", "GIT_"))
        }
        return inherited | self.variables


def open_workshop(folder: Path) -> Workshop:
    """Lay out `folder`: the configuration, and the settings file that `--keep` speaks of."""
    service_port, server_port = free_ports(2)
    workshop = Workshop(
        folder=folder, service_port=service_port, server_port=server_port, secret=secrets.token_hex(20)
    )
    workshop.config.write_text(_configuration(workshop), encoding="utf-8")
    workshop.settings.touch(mode=0o600)
    settings = "".join(f"export {name}={shlex.quote(text)}\n" for name, text in workshop.variables.items())
    workshop.settings.write_text(settings, encoding="utf-8")
    return workshop


def free_ports(count: int) -> list[int]:
    """TCP ports that nobody listens on at this moment."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _configuration(workshop: Workshop) -> str:
    python = shlex.quote(sys.executable)
    return f"""\
git:
  provider: github
  github:
    webhook_secret: ${{FRAISIER_WEBHOOK_SECRET}}

fraises:
  {FRAISE}:
    type: api
    description: A small strawberry shop
    environments:
      {ENVIRONMENT}:
        provider: bare_metal
        git_repo: {workshop.origin}
        branch: main
        app_path: {workshop.folder}/www
        build: "{python} -m py_compile app.py"
        service:
          manager: supervisor
          command: "{python} -u app.py"
          port: {workshop.service_port}
        health_check:
          url: {workshop.service}/health
          timeout: 2
          retries: 4
          retry_delay: 0.2

branch_mapping:
  main:
    fraise: {FRAISE}
    environment: {ENVIRONMENT}
"""
