"""Reads the folder of an application: its files, and what Git knows of it. Changes nothing."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final

from fraisier.git.address import public

MOST: Final = 256 * 1024
"""Bytes that are read of each file: enough to tell what it is."""


def files(folder: Path) -> dict[str, str]:
    """The text of every file at the top of the folder; what cannot be read tells nothing."""
    found = {}
    for path in sorted(folder.iterdir()):
        if not path.is_file():
            continue
        try:
            with path.open("rb") as file:
                found[path.name] = file.read(MOST).decode("utf-8", "replace")
        except OSError:
            continue
    return found


def origin(folder: Path) -> str:
    """Where the repository is pushed to, without any password; empty when nobody knows."""
    url = _git(folder, "config", "--get", "remote.origin.url")
    if not url or "://" in url or (":" in url and not url.startswith("/")):
        return public(url) if url else ""
    return str((folder / url).resolve())


def branch(folder: Path) -> str:
    """The branch that is checked out; empty where there is none."""
    return _git(folder, "symbolic-ref", "--short", "HEAD")


def _git(folder: Path, *arguments: str) -> str:
    """What git says; nothing where there is no git, or no repository."""
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=folder, capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
