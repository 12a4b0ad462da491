"""The shop on a host with systemd: Fraisier is installed there, and everything it does happens there."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.hosts.machine import Machine
from tests.support import processes
from tests.support.shop import Result, Shop, answers, merged

UNITS = Path("/etc/systemd/system")


class HostShop(Shop):
    """Its folder is the same from inside the host and from outside. `user` runs the commands."""

    def __init__(self, folder: Path, host: Machine, user: str = "root") -> None:
        self.host = host
        self.user = user
        super().__init__(folder, folder)
        del self.env["XDG_RUNTIME_DIR"]
        self.env["PATH"] = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"

    def environment(self, name: str = "production", **overrides: Any) -> dict[str, Any]:
        base = super().environment(name)
        base["service"] |= {"manager": "systemd", "command": ["python3", "app.py"]}
        return merged(base, overrides)

    def run(self, *arguments: str, timeout: float = 60, env: dict[str, str] | None = None) -> Result:
        started = time.monotonic()
        done = self.host.run(
            "fraisier",
            *arguments,
            user=self.user,
            env={**self.env, **(env or {})},
            cwd=self.root,
            timeout=timeout,
        )
        result = Result(
            exit_code=done.returncode,
            stdout=done.stdout,
            stderr=done.stderr,
            seconds=time.monotonic() - started,
        )
        assert "Traceback" not in result.output, result.output
        return result

    def about(self, environment: str = "production") -> dict[str, Any] | None:
        asked = self.host.run(
            "curl", "--silent", "--max-time", "2", f"http://127.0.0.1:{self.port(environment)}/"
        )
        return json.loads(asked.stdout) if asked.returncode == 0 else None

    def systemctl(self, *words: str) -> str:
        return self.host.ask("systemctl", *words)

    @property
    def unit(self) -> str:
        """The unit that Fraisier wrote for production."""
        [unit] = [path.name for path in self.unit_files() if f"{self.app_path()}/" in path.read_text()]
        return unit

    def unit_files(self) -> list[Path]:
        """Every unit on the host that names this shop, as seen from outside."""
        found = self.outside(UNITS).glob("*.service")
        return [path for path in found if not path.is_symlink() and str(self.root) in path.read_text()]

    def shown(self, name: str, unit: str | None = None) -> str:
        """One property of the unit, as systemd has it now."""
        return self.systemctl("show", "--value", f"--property={name}", "--", unit or self.unit)

    def outside(self, path: Path) -> Path:
        """Where a file of the host's own disk is seen from this machine."""
        return self.host.disk / path.relative_to("/")

    def own_unit(self, name: str, text: str) -> None:
        """A unit that the host's owner wrote."""
        self.outside(UNITS / name).write_text(text, encoding="utf-8")
        self.systemctl("daemon-reload")

    @contextmanager
    def serving(self) -> Iterator[str]:
        """`fraisier serve` as a unit of the host; its address there."""
        port = self.port("serve")
        unit = self.serve_unit
        variables = "".join(f'Environment="{name}={value}"\n' for name, value in self.env.items())
        self.own_unit(
            unit,
            f"[Service]\nExecStart=/usr/local/bin/fraisier serve --host {self.host.address} --port {port}\n"
            f"KillMode=mixed\nWorkingDirectory={self.root}\n{variables}[Install]\nWantedBy=multi-user.target\n",
        )
        self.systemctl("enable", "--quiet", "--now", unit)
        address = f"http://{self.host.address}:{port}"
        try:
            assert processes.until(lambda: answers(f"{address}/health"), 20), self.journal(unit)
            yield address
        finally:
            self.systemctl("stop", unit)
        assert "Traceback" not in self.journal(unit)

    @property
    def serve_unit(self) -> str:
        return f"fraisier-serve-{self.port('serve')}.service"

    def journal(self, unit: str) -> str:
        return self.host.ask("journalctl", "--no-pager", "-o", "cat", "-u", unit)

    def close(self) -> None:
        for service in self.unit_files():
            for path in (service.with_suffix(".timer"), service):
                if path.exists():
                    self.systemctl("disable", "--now", "--quiet", path.name)
                    path.unlink()
        self.systemctl("daemon-reload")
        super().close()
