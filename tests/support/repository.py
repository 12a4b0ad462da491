"""A real Git repository with the small web service in it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

SERVICE = Path(__file__).parent / "service"
NOBODY = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
}


class Repository:
    """A working copy (`work`) and the bare repository it pushes to (`origin`). Commits are labelled v1, v2, …"""

    def __init__(self, folder: Path) -> None:
        self.origin = folder / "origin.git"
        self.work = folder / "work"
        self.labels: dict[str, str] = {}
        self._run("init", "--quiet", "--bare", "--initial-branch=main", str(self.origin), cwd=folder)
        self._run("clone", "--quiet", str(self.origin), str(self.work), cwd=folder)
        self.git("checkout", "--quiet", "-B", "main")

    def commit(
        self, mode: str = "ok", *, push: bool = True, files: Mapping[str, str] = MappingProxyType({})
    ) -> str:
        """Commit a version that behaves as `mode` says, with more `files` if given; the full hash."""
        label = f"v{len(self.labels) + 1}"
        shutil.copytree(SERVICE, self.work, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        for name, text in {"mode": mode, "label": label, **files}.items():
            (self.work / name).write_text(text + "\n", encoding="utf-8")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", f"{label}: {mode}")
        sha = self.git("rev-parse", "HEAD")
        self.labels[label] = sha
        if push:
            self.push()
        return sha

    def push(self, *, force: bool = False) -> None:
        self.git("push", "--quiet", *(["--force"] if force else []), "--tags", "origin", "HEAD")

    def push_force(self, onto: str, mode: str = "ok") -> str:
        """Rewrite the branch: a new commit on top of `onto`, whatever came after it is gone."""
        self.git("reset", "--quiet", "--hard", onto)
        sha = self.commit(mode, push=False)
        self.push(force=True)
        return sha

    def tag(self, name: str, commit: str = "HEAD") -> None:
        self.git("tag", name, commit)
        self.push()

    def branch(self, name: str) -> None:
        """Go on with a new branch from here."""
        self.git("checkout", "--quiet", "-b", name)

    def git(self, *arguments: str) -> str:
        return self._run(*arguments, cwd=self.work)

    def _run(self, *arguments: str, cwd: Path) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=cwd,
            env={**os.environ, **NOBODY},
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()
