"""How each of them is started, and the environments of those that come from the package index."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from bench.beside_hosts.work import commands, names

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".cache"
PROGRAMS = {"fabric": "fab", "pyinfra": "pyinfra", "ansible": "ansible-playbook"}
PINS = {"fabric": "fabric==3.2.3", "pyinfra": "pyinfra==3.10.0", "ansible": "ansible-core==2.19.14"}

Argv = Callable[[int, str], list[str]]


def bare(hosts: int, commit: str) -> list[str]:
    return [sys.executable, "-m", "bench.beside_hosts.bare", str(hosts), commit]


def fabric(hosts: int, commit: str) -> list[str]:
    return [str(_bin("fabric") / "python"), "-m", "bench.beside_hosts.with_fabric", str(hosts), commit]


def pyinfra(hosts: int, commit: str) -> list[str]:
    del commit  # it comes by BENCH_COMMIT
    return [
        str(_bin("pyinfra") / PROGRAMS["pyinfra"]),
        "-y",
        ",".join(names(hosts)),
        str(HERE / "with_pyinfra.py"),
    ]


def ansible(hosts: int, commit: str) -> list[str]:
    more = json.dumps({"commands": commands(commit)})
    inventory = "".join(f"{name}," for name in names(hosts))
    playbook = str(HERE / "with_ansible.yml")
    return [str(_bin("ansible") / PROGRAMS["ansible"]), "-i", inventory, "-f", "8", "-e", more, playbook]


def installed(name: str) -> bool:
    """Whether the tool could be had."""
    if (_bin(name) / PROGRAMS[name]).exists():
        return True
    subprocess.run([sys.executable, "-m", "venv", _bin(name).parent], check=True)
    pip = [str(_bin(name) / "python"), "-m", "pip", "install", "--quiet", PINS[name]]
    return subprocess.run(pip, capture_output=True, check=False).returncode == 0


def _bin(name: str) -> Path:
    return CACHE / PINS[name].replace("==", "-") / "bin"
