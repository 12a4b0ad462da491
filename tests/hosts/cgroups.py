"""A control group of its own for each host, in every hierarchy: without, all hosts would share their units'."""

from __future__ import annotations

import os
from pathlib import Path

from tests.support.processes import until

ENDS_WITHIN = 20.0
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


def kill(name: str) -> None:
    """End all its processes in the same moment: none runs on to see that another is gone (Linux 5.14)."""
    for group in filter(Path.exists, (hierarchy / name for hierarchy in _hierarchies("cgroup2"))):
        (group / "cgroup.freeze").write_text("1")
        until(lambda group=group: _tells(group, "frozen 1"), ENDS_WITHIN)
        (group / "cgroup.kill").write_text("1")
        until(lambda group=group: _tells(group, "populated 0"), ENDS_WITHIN)
        (group / "cgroup.freeze").write_text("0")


def remove(name: str) -> None:
    """Once its processes are gone; the kernel may take a moment to notice that they are."""
    for hierarchy in _hierarchies():
        until(lambda group=hierarchy / name: _removed(group), 5)


def _tells(group: Path, event: str) -> bool:
    return event in (group / "cgroup.events").read_text(encoding="ascii").splitlines()


def _hierarchies(*kinds: str) -> list[Path]:
    lines = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    wanted = kinds or ("cgroup", "cgroup2")
    return [Path(fields[1]) for fields in map(str.split, lines) if fields[2] in wanted]


def _removed(group: Path) -> bool:
    for folder, _, _ in os.walk(group, topdown=False):
        try:
            Path(folder).rmdir()
        except OSError:
            return False
    return True
