"""A control group of its own for each host, in every hierarchy: without, all hosts would share their units'."""

from __future__ import annotations

import os
from pathlib import Path

from tests.support.processes import until

# Joins the groups, then becomes what is given: nspawn must have been in them from its first moment.
JOIN = 'while [ "$1" != -- ]; do echo $$ > "$1/cgroup.procs" || exit 1; shift; done; shift; exec "$@"'


def make(name: str) -> list[Path]:
    made = [hierarchy / name for hierarchy in _hierarchies()]
    for group in made:
        group.mkdir(exist_ok=True)
        for setting in ("cpuset.cpus", "cpuset.mems"):
            if (group / setting).exists():
                (group / setting).write_text((group.parent / setting).read_text())
    return made


def remove(name: str) -> None:
    """Once its processes are gone; the kernel may take a moment to notice that they are."""
    for hierarchy in _hierarchies():
        until(lambda group=hierarchy / name: _removed(group), 5)


def _hierarchies() -> list[Path]:
    lines = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    return [Path(fields[1]) for fields in map(str.split, lines) if fields[2] in {"cgroup", "cgroup2"}]


def _removed(group: Path) -> bool:
    for folder, _, _ in os.walk(group, topdown=False):
        try:
            Path(folder).rmdir()
        except OSError:
            return False
    return True
