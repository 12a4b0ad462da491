"""The shop on hosts behind SSH: Fraisier runs here, everything that is deployed lies and runs there."""

from __future__ import annotations

import json
import shlex
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.hosts import network, shell
from tests.hosts.machine import Machine
from tests.support.shop import Shop, merged

UNITS = Path("/etc/systemd/system")
_PROCESSES = """
for process in /proc/[0-9]*; do
  words=$(tr '\\0' ' ' < "$process/cmdline" 2>/dev/null) || continue
  [ "${process#/proc/}" != $$ ] && [ -n "$words" ] || continue
  case "$(readlink "$process/cwd") $words" in
    *" sh -c "*process*) ;;
    *"$1"*) printf '%s\\n' "${words% }" ;;
  esac
done
"""


class SshShop(Shop):
    """`hosts` are called web1, web2, … in ~/.ssh/config of the shop's user, who trusts them and has their key."""

    def __init__(self, long: Path, short: Path, hosts: Sequence[Machine], user: str = "root") -> None:
        self.hosts = list(hosts)
        self.user = user
        self.there = Path("/srv", f"{long.name}-{short.name}")
        super().__init__(long, short)
        self.ssh_folder = self.home / ".ssh"
        self.ssh_folder.mkdir(mode=0o700)
        self.trust()

    @property
    def names(self) -> list[str]:
        return [f"web{number}" for number, _ in enumerate(self.hosts, 1)]

    def trust(self) -> None:
        """Write what ssh would find: addresses, the key, and the hosts' own keys."""
        entries = [
            f"Host {name}\n  HostName {host.address}\n  User {self.user}\n  IdentityFile {host.key}\n"
            for name, host in zip(self.names, self.hosts, strict=True)
        ]
        (self.ssh_folder / "config").write_text("".join(entries), encoding="utf-8")
        known = "".join((host.folder / "known_hosts").read_text(encoding="ascii") for host in self.hosts)
        (self.ssh_folder / "known_hosts").write_text(known, encoding="ascii")

    def environment(self, name: str = "production", **overrides: Any) -> dict[str, Any]:
        base = super().environment(name)
        base["service"] |= {"manager": "systemd", "command": ["python3", "app.py"]}
        base |= {"host": self.names[0]} if len(self.hosts) == 1 else {"hosts": self.names}
        return merged(base, overrides)

    def app_path(self, environment: str = "production") -> Path:
        return self.there / environment

    def on(self, host: int = 0) -> Machine:
        return self.hosts[host]

    def seen(self, path: Path, host: int = 0) -> Path:
        """Where a file of a host's own disk is seen from this machine."""
        return self.on(host).disk / path.relative_to("/")

    def about(self, environment: str = "production", host: int = 0) -> dict[str, Any] | None:
        asked = self.on(host).run(
            "curl", "--silent", "--max-time", "2", f"http://127.0.0.1:{self.port(environment)}/"
        )
        return json.loads(asked.stdout) if asked.returncode == 0 else None

    def live_version(self, environment: str = "production") -> str | None:
        """The version that answers on every host; they must agree."""
        versions = self.live_versions(environment)
        assert len(set(versions)) == 1, versions
        return versions[0]

    def live_versions(self, environment: str = "production") -> list[str | None]:
        found: list[str | None] = []
        for number, _ in enumerate(self.hosts):
            about = self.about(environment, number)
            sha = self.repository.labels[about["label"]] if about else None
            assert about is None or about["version"] == sha, about
            found.append(sha)
        return found

    def releases(self, environment: str = "production", host: int = 0) -> list[str]:
        folder = self.seen(self.app_path(environment) / "releases", host)
        return sorted(entry.name for entry in folder.iterdir() if entry.is_dir()) if folder.is_dir() else []

    def current(self, host: int = 0) -> str | None:
        link = self.seen(self.app_path() / "current", host)
        return link.readlink().name if link.is_symlink() else None

    def unit_files(self, host: int = 0) -> list[Path]:
        """Every unit on the host that names this shop, as seen from outside."""
        found = self.seen(UNITS, host).glob("*.service")
        return [path for path in found if not path.is_symlink() and str(self.there) in path.read_text()]

    def left_over(self) -> list[str]:
        """What runs on any host for this shop beside its service, by the folder it works in or names."""
        return [line for number, _ in enumerate(self.hosts) for line in self._left_over(number)]

    def _left_over(self, host: int) -> list[str]:
        shown = self.on(host).ask("sh", "-c", _PROCESSES, "sh", str(self.there))
        return [line for line in shown.splitlines() if not line.endswith("app.py")]

    @contextmanager
    def apart(self, host: int = 0):
        """Meanwhile no packet goes to this host or comes from it."""
        cable = network.link(self.on(host).slot, self.on(host).number)
        shell.run("ip", "link", "set", cable, "down")
        try:
            yield
        finally:
            shell.run("ip", "link", "set", cable, "up")

    @contextmanager
    def apart_when(self, host: int, moment: Callable[[], bool]):
        """From that moment on no packet goes to this host or comes from it, until the block ends."""
        over, cut = threading.Event(), threading.Event()

        def watch() -> None:
            while not over.is_set() and not _holds(moment):
                time.sleep(0.02)
            with self.apart(host):
                cut.set()
                over.wait()

        watching = threading.Thread(target=watch)
        watching.start()
        try:
            yield
            assert cut.is_set()
        finally:
            over.set()
            watching.join()

    def configure_breakable(self, **overrides: Any) -> None:
        """As `configure`; a version is healthy only where `breaking` does not hinder it."""
        check = {"type": "command", "command": ["sh", "-c", f"! test -e {self.there}/broken-$(cat label)"]}
        checks = [self.environment()["health_check"], {**check, "retries": 1, "timeout": 5}]
        self.configure(**overrides, health_check=checks)

    @contextmanager
    def breaking(self, host: int):
        """Meanwhile the next version is sick on this host, and no other one."""
        mark = self.there / f"broken-v{len(self.repository.labels) + 1}"
        self.on(host).ask("mkdir", "-p", self.there)
        self.on(host).ask("touch", mark)
        try:
            yield
        finally:
            self.on(host).ask("rm", mark)

    def steps_taken(self) -> list[tuple[str, str, str]]:
        """(host, kind, status) of each step of the newest deployment, in its order."""
        rows = self.rows(
            "SELECT host, kind, status FROM tb_deployment_step"
            " WHERE fk_deployment = (SELECT MAX(pk_deployment) FROM tb_deployment) ORDER BY ordinal"
        )
        return [(row["host"], row["kind"], row["status"]) for row in rows]

    def host_states(self) -> dict[str, tuple[str, str | None]]:
        """(status, version) of each host, as the database has it."""
        rows = self.rows("SELECT host, status, current_version FROM tb_host_state ORDER BY host")
        return {row["host"]: (row["status"], row["current_version"]) for row in rows}

    def close(self) -> None:
        for number, host in enumerate(self.hosts):
            for path in self.unit_files(number):
                host.run("systemctl", "disable", "--now", "--quiet", path.name)
                path.unlink(missing_ok=True)
            host.run("systemctl", "daemon-reload")
            host.run("sh", "-c", f"rm -rf {shlex.quote(str(self.there))}")
        super().close()


def _holds(moment: Callable[[], bool]) -> bool:
    try:
        return moment()
    except (OSError, IndexError):
        return False
