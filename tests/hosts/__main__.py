"""`python -m tests.hosts prepare | up [HOW MANY] | down`."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable

from tests.hosts import needs, shell
from tests.hosts.engine import open_engine, prepare_docker, tidy_engines
from tests.hosts.fleet import open_fleet, prepare, tidy
from tests.hosts.layers import BASE, locked
from tests.support import debian


def main(verb: str, count: str = "3") -> int:
    """Where something cannot come up, `prepare` says so; only in CI it fails."""
    if verb == "down":
        return _down()
    needs.install()
    steps = {
        "prepare": (prepare, prepare_docker, debian.prepare),
        "up": (lambda: _hosts_up(int(count)), _docker_up),
    }[verb]
    failed = [step for step in steps if not _done(step)]
    return 1 if failed and (verb == "up" or os.environ.get("CI") == "true") else 0


def _done(step: Callable[[], object]) -> bool:
    try:
        step()
    except (needs.Missing, shell.Failed, debian.Absent) as missing:
        print(f"hosts: {missing}", file=sys.stderr)
        return False
    return True


def _hosts_up(count: int) -> None:
    for machine in open_fleet(count, None).machines:
        print(shlex.join([*machine.ssh, f"root@{machine.address}"]))


def _docker_up() -> None:
    engine = open_engine(None)
    print(shlex.join([*engine.inside, "env", f"HOME={engine.folder}/home", "docker", "compose", "ls"]))


def _down() -> int:
    if BASE.exists():
        with locked(BASE / "engines.lock"):
            tidy_engines(everything=True)
        with locked(BASE / "fleets.lock"):
            tidy(everything=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
