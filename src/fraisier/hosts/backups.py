"""Backups in a folder of a host: each is one file or folder there. `NAME.sha256` beside it says that it was good.

The commands are constant scripts; which backups go is decided here, from what was seen. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from fraisier.errors import StepFailed
from fraisier.hosts import files
from fraisier.model.command import Command
from fraisier.model.host import Host

DAY: Final = 86400.0
SEAL: Final = ".sha256"
MARK: Final = ".begun"
_BEGIN: Final = (
    'set -e; mkdir -p -- "$1"; rm -f -- "$1/.begun"; : > "$1/.begun"; [ -z "$2" ] || chown -- "$2" "$1"'
)
_NEW: Final = """\
cd -- "$1" || exit
find . -mindepth 1 -maxdepth 1 -newer .begun ! -name '.*' ! -name '*.sha256' -printf '%T@\\t%f\\n' |
  sort -rn | cut -f 2-
"""
_EMPTY: Final = '[ -n "$(find -- "$1" -type f -size +0c -print -quit)" ]'
_SEAL: Final = """\
set -e
cd -- "$1"
trap 'rm -f -- "./$2.sha256.new"' EXIT
find -- "./$2" -type f -print0 | sort -z | xargs -0 sha256sum -- > "./$2.sha256.new"
sync -- "./$2.sha256.new"
mv -fT -- "./$2.sha256.new" "./$2.sha256"
"""
_CHECK: Final = 'cd -- "$1" && sha256sum --check --strict --quiet -- "./$2.sha256"'
_LIST: Final = """\
date +%s.%N
[ -d "$1" ] || exit 0
cd -- "$1" && find . -mindepth 1 -maxdepth 1 ! -name '.*' -printf '%T@\\t%f\\n'
"""


class Backup(msgspec.Struct, frozen=True, kw_only=True):
    """`age` is in seconds. `good`: its checksum was written, after it had passed its restore test."""

    name: str
    age: float
    good: bool


def begin(folder: str, user: str | None) -> Command:
    """Make the folder, and mark the moment from which on a backup is a new one."""
    return files.script(_BEGIN, folder, user or "")


def new(folder: str) -> Command:
    """The names of what has come since the mark, newest first."""
    return files.script(_NEW, folder, deadline=60)


def holds_something(path: str) -> Command:
    return files.script(_EMPTY, path, deadline=300)


def seal(folder: str, name: str, deadline: float) -> Command:
    return files.script(_SEAL, folder, name, deadline=deadline)


def check(folder: str, name: str, deadline: float) -> Command:
    return files.script(_CHECK, folder, name, deadline=deadline)


def remove(folder: str, name: str) -> Command:
    """The seal first: what is half removed must not look good."""
    return files.script('set -e; rm -f -- "$1/$2.sha256"; rm -rf -- "$1/$2"', folder, name, deadline=600)


async def there(host: Host, folder: str) -> list[Backup]:
    """All of them, newest first. Raises `StepFailed` where nobody can look."""
    looked = await host.look(files.script(_LIST, folder, deadline=60))
    if not looked.ok:
        raise StepFailed(
            f"The backups in {folder} on {host.name} cannot be listed: {looked.output.strip()}",
            hint="Look at the folder and its rights.",
        )
    return parsed(looked.output)


def parsed(output: str) -> list[Backup]:
    now, *lines = output.splitlines() or ["0"]
    times = {name: float(at) for at, _, name in (line.partition("\t") for line in lines)}
    found = [
        Backup(name=name, age=float(now) - at, good=f"{name}{SEAL}" in times)
        for name, at in times.items()
        if not name.endswith((SEAL, f"{SEAL}.new"))
    ]
    return sorted(found, key=lambda one: one.age)


def doomed(there: Iterable[Backup], *, days: float | None, keep: int) -> list[str]:
    """Which go: those older than `days`, oldest first. The newest `keep` good ones stay, whatever their age."""
    if days is None:
        return []
    backups: Sequence[Backup] = sorted(there, key=lambda one: one.age)
    staying = {one.name for one in [one for one in backups if one.good][: max(1, keep)]}
    if not staying:
        return []
    old = [one.name for one in backups if one.age > days * DAY and one.name not in staying]
    return list(reversed(old))
