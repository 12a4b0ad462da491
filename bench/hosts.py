"""`python -m bench.hosts`: one deployment to 1, 10 and 50 hosts, beside a bare asyncssh script and other tools. As root.

All hosts are one sshd in a namespace with an address and a disk for each of them, MaxStartups 200, cold connections.
Every run deploys a commit of its own: nobody finds on a host what another has fetched before.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from bench.beside_hosts import tools
from bench.beside_hosts.tools import Argv
from tests.hosts import network, shell
from tests.hosts.fleet import hosts
from tests.hosts.machine import Machine
from tests.support.repository import Repository

SIZES = (1, 10, 50)
TIMES = 5
LIMIT = 120.0  # seconds for one run
ROOT = Path(__file__).parent.parent
ENTER = """#!/bin/sh
n=$1
exec unshare --mount sh -c 'mount --bind /srv/disks/'$n' /srv/bench && mount --bind /srv/bares/'$n' /srv/bare && exec sh -c "$SSH_ORIGINAL_COMMAND"'
"""


def made_ready(machine: Machine, repository: Repository) -> None:
    """An address and a disk for each host, and the repository where the bare script fetches it."""
    machine.ask("sh", "-c", "mkdir -p /srv/bench /srv/bare /srv/disks /srv/bares")
    lines = ["MaxStartups 200", "MaxSessions 100"]
    for number in range(1, max(SIZES) + 1):
        address = _address(machine, number)
        inside = network.namespace(machine.slot, machine.number)
        shell.run("ip", "-n", inside, "address", "add", f"{address}/24", "dev", "host0")
        lines += [f"Match LocalAddress {address}", f"  ForceCommand /srv/enter {number}"]
        machine.ask("mkdir", "-p", f"/srv/disks/{number}", f"/srv/bares/{number}")
        machine.ask("git", "init", "-q", "--bare", f"/srv/bares/{number}/mirror.git")
    (machine.disk / "srv/enter").write_text(ENTER)
    (machine.disk / "srv/enter").chmod(0o755)
    shell.run("cp", "-r", repository.origin, machine.disk / "srv/origin.git")
    machine.ask("chown", "-R", "root:root", "/srv/origin.git")
    (machine.disk / "etc/ssh/sshd_config.d/bench.conf").write_text("\n".join(lines) + "\n")
    machine.ask("systemctl", "restart", "ssh")


def _address(machine: Machine, number: int) -> str:
    return f"10.77.{machine.slot}.{100 + number}"


def told(folder: Path, machine: Machine) -> dict[str, str]:
    ssh = folder / "home/.ssh"
    ssh.mkdir(parents=True)
    key = (machine.folder / "known_hosts").read_text().partition(" ")[2]
    names = range(1, max(SIZES) + 1)
    (ssh / "known_hosts").write_text("".join(f"{_address(machine, n)} {key}" for n in names))
    entries = (f"Host h{n}\n  HostName {_address(machine, n)}\n" for n in names)
    (ssh / "config").write_text("".join(entries) + f"Host *\n  User root\n  IdentityFile {machine.key}\n")
    return {
        **os.environ,
        "HOME": str(folder / "home"),
        "ANSIBLE_HOME": str(folder / "ansible"),
        "ANSIBLE_PIPELINING": "1",
        "ANSIBLE_SSH_ARGS": f"-F {ssh / 'config'} -o UserKnownHostsFile={ssh / 'known_hosts'}"
        " -o ControlMaster=auto -o ControlPersist=60s",  # as ansible has it: one connection for all commands
        "FRAISIER_WORK_DIR": str(folder / "work"),
        "PYTHONPATH": str(ROOT),
    }


def ours(folder: Path) -> Argv:
    return lambda hosts, commit: [sys.executable, "-m", "bench.hosts_ours", str(folder), str(hosts), commit]


def timed(argv: list[str], commit: str, env: dict[str, str]) -> float:
    """Seconds that a whole process took. Raises `SystemExit` when it did not do its work, or not within `LIMIT`."""
    with tempfile.TemporaryFile("w+") as said, cold() as masters:  # a pipe would wait for ssh's masters
        env = env | {"BENCH_COMMIT": commit, "ANSIBLE_SSH_CONTROL_PATH_DIR": masters}
        began = time.perf_counter()
        process = subprocess.Popen(argv, env=env, cwd=ROOT, stdout=said, stderr=said, start_new_session=True)
        try:
            code = process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            code = ended(process)
        except BaseException:
            ended(process)
            raise
        took = time.perf_counter() - began
        if code:
            said.seek(0)
            raise SystemExit(f"{argv}: exit code {code} after {took:.0f} s: {said.read()}")
    return took


def ended(process: subprocess.Popen[bytes]) -> int:
    """Killed with all that it started in its session."""
    os.killpg(process.pid, signal.SIGKILL)
    return process.wait()


@contextmanager
def cold() -> Iterator[str]:
    """A folder for ssh's masters, which would keep connections warm for the next run: they end with this one."""
    with tempfile.TemporaryDirectory(prefix="fr-") as folder:
        try:
            yield folder
        finally:
            for master in Path(folder).iterdir():
                shell.try_to("ssh", "-o", f"ControlPath={master}", "-O", "exit", "nobody")


def others() -> dict[str, tuple[Argv, int]]:
    """Who else is measured, and with how many hosts at most: ansible takes a minute for fifty."""
    found: dict[str, tuple[Argv, int]] = {"bare asyncssh": (tools.bare, 50)}
    wanted = {"fabric": (tools.fabric, 50), "pyinfra": (tools.pyinfra, 50), "ansible": (tools.ansible, 10)}
    for name, tool in wanted.items():
        if tools.installed(name):
            found[name] = tool
        else:
            print(f"{tools.PINS[name]} cannot be had here")
    return found


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="fr-bench-") as name, hosts(1) as [machine]:
        folder = Path(name)
        repository = Repository(folder)
        contenders = {"ours": (ours(folder), max(SIZES)), **others()}
        commits = iter([repository.commit() for _ in range(len(SIZES) * (TIMES + 1) * len(contenders))])
        made_ready(machine, repository)
        env = told(folder, machine)
        print(f"{'hosts':>6}  {'':16}{'ms':>8}{'ours is':>9}   (medians of {TIMES}, in turns)")
        for size in SIZES:
            taking = {name: argv for name, (argv, most) in contenders.items() if size <= most}
            runs = [
                {name: timed(argv(size, sha := next(commits)), sha, env) for name, argv in taking.items()}
                for _ in range(TIMES + 1)
            ][1:]
            medians = {name: median(run[name] for run in runs) * 1000 for name in taking}
            for tool, took in medians.items():
                print(f"{size:>6}  {tool:16}{took:8.0f}{medians['ours'] / took:9.2f}", flush=True)


if __name__ == "__main__":
    main()
