"""A bare repository that people push to, filled with whatever Git allows."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.support.repository import NOBODY

When = {"GIT_AUTHOR_DATE": "2024-02-03T04:05:06+00:00", "GIT_COMMITTER_DATE": "2024-02-03T04:05:06+00:00"}


class Origin:
    """`path` is the bare repository; `work` the working copy that changes are made in."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.path = folder / "origin.git"
        self.work = folder / "work"
        folder.mkdir(parents=True, exist_ok=True)
        run("init", "-q", "--bare", "--initial-branch=main", *options, str(self.path), cwd=folder)
        run("init", "-q", "--initial-branch=main", *options, str(self.work), cwd=folder)
        self.git("remote", "add", "origin", str(self.path))

    def git(self, *arguments: str) -> str:
        return run(*arguments, cwd=self.work)

    def write(self, name: str | bytes, content: bytes = b"x\n", *, executable: bool = False) -> None:
        path = self.work / os.fsdecode(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o755 if executable else 0o644)

    def commit(self, message: str = "a change", *, push: bool = True) -> str:
        """Commit everything that was written, exactly as it was written; the full hash."""
        self.git("-c", "core.autocrlf=false", "add", "--all", "--force")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        if push:
            self.push()
        return self.git("rev-parse", "HEAD")

    def push(self) -> None:
        self.git("push", "-q", "--force", "--tags", "origin", "HEAD")

    def tree(self, commit: str) -> dict[str, tuple[str, str]]:
        """Mode and blob of every path."""
        listed = self.git("ls-tree", "-r", "-z", "--full-tree", commit)
        entries = (entry.split("\t", 1) for entry in listed.split("\0") if entry)
        return {name: (facts.split()[0], facts.split()[2]) for facts, name in entries}


def run(*arguments: str, cwd: Path) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=cwd, env={**os.environ, **NOBODY, **When}, check=True, capture_output=True
    )
    return os.fsdecode(done.stdout).strip("\n")
