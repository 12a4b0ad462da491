"""The service's Git repository: a working copy, and the bare one that Fraisier fetches from."""

from __future__ import annotations

import subprocess
from importlib.resources import files
from typing import Final

from fraisier.demo.workshop import Workshop
from fraisier.errors import FraiseQLError

AUTHOR: Final = (
    "-c",
    "user.name=Gardener",
    "-c",
    "user.email=gardener@example.com",
    "-c",
    "commit.gpgsign=false",
)


class Shop:
    """What a developer does to it, by the `git` command."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop

    def open(self) -> None:
        """Make both repositories, with v1 of the service."""
        checkout = self._workshop.checkout
        checkout.mkdir()
        self._git("init", "--quiet", "--bare", "--initial-branch=main", str(self._workshop.origin))
        self._git("init", "--quiet", "--initial-branch=main")
        self._git("remote", "add", "origin", str(self._workshop.origin))
        (checkout / "app.py").write_bytes((files("fraisier.demo.service") / "app.py").read_bytes())
        self._commit("v1", "Open the shop")

    def change(self, version: str, subject: str, *edits: tuple[str, str]) -> str:
        """Edit app.py, commit, tag and push. Returns the new commit's hash."""
        file = self._workshop.checkout / "app.py"
        text = file.read_text(encoding="utf-8")
        for old, new in edits:
            text = text.replace(old, new)
        file.write_text(text, encoding="utf-8")
        return self._commit(version, subject)

    def tip(self) -> str:
        """The hash of the last commit."""
        return self._git("rev-parse", "HEAD")

    def _commit(self, version: str, subject: str) -> str:
        self._git("add", "--all")
        self._git(*AUTHOR, "commit", "--quiet", "--message", subject)
        self._git("tag", version)
        self._git("push", "--quiet", "--tags", "origin", "main")
        return self.tip()

    def _git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self._workshop.checkout,
            env=self._workshop.environment() | {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise FraiseQLError(f"git {arguments[0]} failed: {done.stderr.strip()}")
        return done.stdout.strip()
