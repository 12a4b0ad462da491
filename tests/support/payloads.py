"""Real deliveries: GitHub's own examples from npm, and those beside the checkout, where that folder is."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = "@octokit/webhooks-examples@7.6.1"
CACHE = ROOT / ".cache" / "npm"
BESIDE = ROOT.parent / "shared" / "data" / "webhooks"


def octokit() -> list[tuple[str, dict[str, Any]]]:
    """Event and payload of every example of api.github.com."""
    file = CACHE / "webhooks-examples-7.6.1.json"
    if not file.exists():
        _fetch(file)
    listed = json.loads(file.read_text(encoding="utf-8"))
    return [(event["name"], example) for event in listed for example in event["examples"]]


def beside() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Forge, name of the file and payload of what lies beside the checkout."""
    for file in sorted(BESIDE.glob("*/*.json")):
        yield file.parent.name, file.stem, json.loads(file.read_text(encoding="utf-8"))


def _fetch(file: Path) -> None:
    """Once per checkout; whoever comes second waits for the first."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if file.exists():
            return
        if not shutil.which("npm"):
            _missing("npm is not installed")
        packed = subprocess.run(
            ["npm", "pack", "--silent", PACKAGE],
            cwd=CACHE,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        if packed.returncode:
            _missing(f"npm pack failed: {packed.stderr.strip().splitlines()[-1:]}")
        with tarfile.open(CACHE / packed.stdout.strip()) as package:
            found = package.extractfile("package/api.github.com/index.json")
            assert found is not None
            partial = file.with_suffix(".partial")
            partial.write_bytes(found.read())
        partial.rename(file)


def _missing(why: str) -> None:
    pytest.skip(f"{PACKAGE} could not be had: {why}")
