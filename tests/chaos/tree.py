"""A lane whose version lies in a Git work tree that is used in place."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.chaos.lane import Lane

UNTRACKED = "uploads/mine"


class TreeLane(Lane):
    """After each death the tree is exactly one commit, and what its owner left there is untouched."""

    def __init__(self, long: Path, short: Path) -> None:
        super().__init__(long, short)
        first = self.shop.commit()
        self.tree = self.shop.app_path()
        self.tree.parent.mkdir(parents=True)
        origin = str(self.shop.repository.origin)
        subprocess.run(["git", "clone", "--quiet", origin, str(self.tree)], check=True)
        assert self.head() == first
        (self.tree / UNTRACKED).parent.mkdir()
        (self.tree / UNTRACKED).write_text("mine", encoding="utf-8")

    @property
    def private(self) -> Path:
        return self.tree / ".git" / "fraisier"

    @property
    def releases(self) -> Path:
        return self.private / "releases"

    def git(self, *words: str) -> str:
        done = subprocess.run(["git", *words], cwd=self.tree, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def head(self) -> str:
        return self.git("rev-parse", "HEAD")

    def names(self) -> list[str]:
        return sorted(path.name.removesuffix(".json") for path in self.releases.glob("*.json"))

    def current(self) -> str | None:
        link = self.private / "current"
        return link.readlink().name if link.is_symlink() else None

    @contextmanager
    def watching(self) -> Iterator[None]:
        """The switch is not atomic here: what lies there meanwhile may be half of each."""
        yield

    def no_half_made_release(self) -> None:
        left = {path.name for path in self.releases.iterdir()} if self.releases.is_dir() else set()
        assert left == {f"{name}{end}" for name in self.names() for end in (".json", ".env", ".unit")}
        assert self.git("status", "--porcelain", "--untracked-files=no") == ""
        assert self.head() == (self.live() or self.head())
        assert (self.tree / UNTRACKED).read_text(encoding="utf-8") == "mine"
        locks = [path.name for path in (self.tree / ".git").glob("*") if path.name.endswith(".lock")]
        assert locks == []
        self.git("fsck", "--no-dangling")
