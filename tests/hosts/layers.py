"""Folders that are made once, kept outside the repository, and laid over each other."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.hosts import shell

BASE = Path("/var/cache/fraisier-test-hosts")
LAYERS = BASE / "layers"
KEPT = 3

# In a mount namespace of its own, so that nothing stays mounted however it ends.
_INSIDE = """\
set -e
merged=$1 options=$2 brought=$3
shift 3
mkdir -p "$merged"
mount -t overlay overlay -o "$options" "$merged"
mount --bind "$brought" "$merged/mnt"
mount -t proc proc "$merged/proc"
exec chroot "$merged" env -i PATH=/usr/bin:/usr/sbin:/bin:/sbin LANG=C.UTF-8 HOME=/root "$@"
"""


def layer(name: str, recipe: Any, build: Callable[[Path], None]) -> Path:
    """The folder that `build` fills, as it was filled for this very recipe. Safe to ask for at once."""
    digest = hashlib.sha256(json.dumps(recipe, sort_keys=True, default=str).encode()).hexdigest()
    made = LAYERS / f"{name}-{digest[:12]}"
    with locked(LAYERS / f"{name}.lock"):
        if not made.exists():
            new = LAYERS / f"{name}.new"
            if new.exists():
                shutil.rmtree(new)
            new.mkdir()
            print(f"hosts: making {made.name}", file=sys.stderr, flush=True)
            build(new)
            new.rename(made)
            _prune(name)
        os.utime(made)
    return made


def change(folder: Path, below: list[Path], brought: Path, *words: str, deadline: float = 300) -> None:
    """Run a command in the layers `below`, with `brought` as /mnt; what it changes is kept in `folder`."""
    work, merged = folder.with_suffix(".work"), folder.with_suffix(".merged")
    work.mkdir(exist_ok=True)
    try:
        shell.run(
            "unshare", "--mount", "--propagation=private", "sh", "-c", _INSIDE, "sh", merged,
            options(folder, below, work), brought, *words, deadline=deadline,
        )  # fmt: skip
    finally:
        shutil.rmtree(work, ignore_errors=True)
        shutil.rmtree(merged, ignore_errors=True)


def options(upper: Path, below: list[Path], work: Path) -> str:
    """Those of mount(8) for an overlay; the first of `below` lies on top."""
    return f"lowerdir={':'.join(map(str, below))},upperdir={upper},workdir={work}"


@contextmanager
def locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _prune(name: str) -> None:
    mounted = Path("/proc/self/mounts").read_text(encoding="utf-8")
    found = sorted(LAYERS.glob(f"{name}-*"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in found[KEPT:]:
        if str(old) not in mounted:
            shutil.rmtree(old)
