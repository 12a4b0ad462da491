"""`python -m bench.hosts`: one deployment to 1, 10 and 50 hosts, beside a bare asyncssh script. As root.

All hosts are one sshd in a namespace with an address and a disk for each of them, MaxStartups 200, cold connections.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from tests.hosts import network, shell
from tests.hosts.fleet import hosts
from tests.hosts.machine import Machine
from tests.support.repository import Repository

SIZES = (1, 10, 50)
TIMES = 5
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
        "FRAISIER_WORK_DIR": str(folder / "work"),
        "PYTHONPATH": str(ROOT),
    }


def timed(module: str, folder: Path, size: int, commit: str, env: dict[str, str]) -> float:
    began = time.perf_counter()
    argv = [sys.executable, "-m", module, str(folder), str(size), commit]
    done = subprocess.run(argv, env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{module}: {done.stdout}{done.stderr}")
    return time.perf_counter() - began


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="fr-bench-") as name, hosts(1) as [machine]:
        folder = Path(name)
        repository = Repository(folder)
        commits = [repository.commit() for _ in range(TIMES + 1)]
        made_ready(machine, repository)
        env = told(folder, machine)
        print(f"{'hosts':>6}{'ours':>10}{'bare':>10}{'ratio':>8}   (medians of {TIMES}, milliseconds)")
        for size in SIZES:
            runs = [
                (
                    timed("bench.hosts_ours", folder, size, sha, env),
                    timed("bench.hosts_bare", folder, size, sha, env),
                )
                for sha in commits
            ][1:]
            ours, bare = (median(times) * 1000 for times in zip(*runs, strict=True))
            print(f"{size:>6}{ours:10.0f}{bare:10.0f}{ours / bare:8.2f}", flush=True)


if __name__ == "__main__":
    main()
