"""One host: its disk, its network, its processes, and the way to it."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.hosts import cgroups, network, shell
from tests.hosts.layers import options
from tests.support import processes

BOOTS_WITHIN = 60.0
ENDS_WITHIN = 20.0
# Without a session of its own, whatever ends ours would end the host.
_DETACHED = f"""log=$1; shift; setsid sh -c '{cgroups.JOIN}' sh "$@" > "$log" 2>&1 & echo $!"""


@dataclass(frozen=True, kw_only=True)
class Machine:
    """`layers` lie below its disk, the topmost first. `shared` is a folder that it sees under the same path."""

    slot: int
    number: int
    folder: Path
    layers: tuple[Path, ...]
    shared: Path
    key: Path

    @property
    def name(self) -> str:
        return f"fraisier-{self.slot}-{self.number}"

    @property
    def address(self) -> str:
        return network.address(self.slot, self.number)

    @property
    def disk(self) -> Path:
        return self.folder / "disk"

    def up(self) -> None:
        for name in ("disk", "upper", "work"):
            (self.folder / name).mkdir(parents=True)
        self._let_in()
        network.connect(self.slot, self.number)
        overlay = options(self.folder / "upper", list(self.layers), self.folder / "work")
        shell.run("mount", "-t", "overlay", "overlay", "-o", overlay, self.disk)
        self.boot()

    def boot(self) -> None:
        """Start it and wait until it has settled."""
        groups = cgroups.make(self.name)
        words = [
            "systemd-nspawn", "--quiet", "--boot", f"--directory={self.disk}", f"--machine={self.name}",
            "--register=no", "--keep-unit", "--link-journal=no", "--resolv-conf=off", "--timezone=off", "--console=pipe",
            f"--network-namespace-path=/run/netns/{network.namespace(self.slot, self.number)}", f"--bind={self.shared}",
        ]  # fmt: skip
        pid = int(shell.run("sh", "-c", _DETACHED, "sh", self.folder / "console", *groups, "--", *words))
        (self.folder / "pid").write_text(json.dumps([pid, started(pid)]))
        processes.until(lambda: not self._nspawn() or self._settled(), BOOTS_WITHIN)
        if not (self._nspawn() and self._settled()):
            raise shell.Failed(f"{self.name} did not come up\n{self.console()}")

    def reboot(self) -> None:
        """From inside, in good order."""
        self.run("systemctl", "reboot")
        self.hang_up()
        if not processes.until(lambda: self._nspawn() is None, ENDS_WITHIN):
            raise shell.Failed(f"{self.name} did not go down\n{self.console()}")
        self.boot()

    def lose_power(self) -> None:
        """Every process is gone at once; nothing is written, nothing is asked."""
        cgroups.kill(self.name)
        self.hang_up()

    def down(self) -> None:
        self.lose_power()
        if os.path.ismount(self.disk):
            shell.try_to("umount", self.disk)
        network.disconnect(self.slot, self.number)
        cgroups.remove(self.name)
        if not os.path.ismount(self.disk):
            shutil.rmtree(self.folder, ignore_errors=True)

    def run(
        self,
        *words: object,
        user: str = "root",
        env: dict[str, str] | None = None,
        cwd: Path | str = "/",
        timeout: float = 60,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command there as somebody who has logged in; it is given these variables, too."""
        given = [f"{name}={value}" for name, value in (env or {}).items()]
        line = f"cd {shlex.quote(str(cwd))} && exec {shlex.join(['env', *given, *map(str, words)])}"
        return subprocess.run(
            [*self.ssh, f"{user}@{self.address}", line],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def ask(self, *words: object, **more: object) -> str:
        """What a command there prints; it must end well."""
        done = self.run(*words, **more)
        if done.returncode:
            raise shell.Failed(
                f"{shlex.join(map(str, words))}: {done.returncode}\n{done.stdout}{done.stderr}"
            )
        return done.stdout.strip()

    def console(self) -> str:
        return (self.folder / "console").read_text(encoding="utf-8", errors="replace")[-3000:]

    @property
    def ssh(self) -> list[str]:
        """The command that opens a connection, kept for the next one; it trusts this host's own key only."""
        return [
            "ssh", "-F", "none", "-o", "BatchMode=yes", "-o", f"IdentityFile={self.key}", "-o", "ConnectTimeout=5",
            "-o", f"UserKnownHostsFile={self.folder / 'known_hosts'}", "-o", "LogLevel=ERROR",
            "-o", "ControlMaster=auto", "-o", "ControlPersist=300", "-o", f"ControlPath={self.folder}/%r",
        ]  # fmt: skip

    def _let_in(self) -> None:
        """Its own host key, and the fleet's key for root."""
        keys, upper = self.folder / "upper/etc/ssh", self.folder / "upper"
        keys.mkdir(parents=True)
        host_key = keys / "ssh_host_ed25519_key"
        shell.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", self.name, "-f", host_key)
        public = host_key.with_suffix(".pub").read_text(encoding="ascii")
        (self.folder / "known_hosts").write_text(f"{self.address} {public}", encoding="ascii")
        (upper / "etc/hostname").write_text(f"{self.name}\n", encoding="ascii")
        (upper / "etc/hosts").write_text(f"127.0.0.1 localhost\n127.0.1.1 {self.name}\n", encoding="ascii")
        (upper / "root/.ssh").mkdir(parents=True, mode=0o700)
        (upper / "root").chmod(0o700)
        shutil.copy(self.key.with_suffix(".pub"), upper / "root/.ssh/authorized_keys")

    def _settled(self) -> bool:
        try:
            state = self.run("systemctl", "is-system-running", timeout=10).stdout.strip()
        except subprocess.TimeoutExpired:
            return False
        return state in {"running", "degraded"}

    def _nspawn(self) -> int | None:
        try:
            pid, began = json.loads((self.folder / "pid").read_text())
        except FileNotFoundError:
            return None
        return pid if processes.alive(pid) and started(pid) == began else None

    def hang_up(self) -> None:
        """Log everybody out. A host that never came up has no folder."""
        for path in self.folder.iterdir() if self.folder.exists() else ():
            if path.is_socket():
                shell.try_to(*self.ssh, "-O", "exit", f"{path.name}@{self.address}", deadline=10)


def started(pid: int) -> str:
    """When it began, in clock ticks since boot; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return ""
