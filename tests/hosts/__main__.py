"""`python -m tests.hosts prepare | up [HOW MANY] | down`."""

from __future__ import annotations

import os
import shlex
import sys

from tests.hosts import needs, shell
from tests.hosts.fleet import open_fleet, prepare, tidy
from tests.hosts.layers import BASE, locked


def main(verb: str, count: str = "3") -> int:
    """Where hosts cannot come up, `prepare` says so; only in CI it fails."""
    try:
        return {"prepare": _prepare, "up": lambda: _up(int(count)), "down": _down}[verb]()
    except (needs.Missing, shell.Failed) as missing:
        print(f"hosts: {missing}", file=sys.stderr)
        return 0 if verb == "prepare" and os.environ.get("CI") != "true" else 1


def _prepare() -> int:
    needs.install()
    prepare()
    return 0


def _up(count: int) -> int:
    needs.install()
    for machine in open_fleet(count, None).machines:
        print(shlex.join([*machine.ssh, f"root@{machine.address}"]))
    return 0


def _down() -> int:
    if BASE.exists():
        with locked(BASE / "fleets.lock"):
            tidy(everything=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
