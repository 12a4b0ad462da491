"""Small file systems of our own, for filling them. Only root may mount one."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def tmpfs(folder: Path, options: str) -> Iterator[Path]:
    with mounted(folder, "-t", "tmpfs", "-o", options, "tmpfs") as disk:
        yield disk


@contextmanager
def ext4(folder: Path, mib: int) -> Iterator[Path]:
    folder.mkdir(parents=True)
    image = folder.with_suffix(".ext4")
    with image.open("wb") as file:
        file.truncate(mib * 1024 * 1024)
    made = subprocess.run(
        ["mkfs.ext4", "-q", "-b", "4096", "-m", "0", str(image)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("mkfs.ext4 cannot make a file system here")
    with mounted(folder, "-o", "loop", str(image)) as disk:
        yield disk


@contextmanager
def mounted(folder: Path, *words: str) -> Iterator[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["mount", *words, str(folder)], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("only root may mount a small disk here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
