"""tree.sh by itself: killed anywhere, run by root in somebody else's tree, in clones of every kind."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from fraisier.git import tree
from fraisier.model.command import Command
from tests.support.repository import NOBODY, Repository

ATTEMPT = "20260101-000000-000-aaaaaaa"
FILES = 100


class Clone:
    """A checkout of the first of two commits; the second changes, adds and removes files."""

    def __init__(self, folder: Path, *how: str) -> None:
        self.repository = Repository(folder)
        work = self.repository.work
        self._fill(work, "old", range(FILES))
        self.old = self.repository.commit()
        self.folder = folder / "tree"
        self._git(folder, "clone", "--quiet", *how, f"file://{self.repository.origin}", str(self.folder))
        self._fill(work, "new", range(FILES // 2, FILES + FILES // 2))
        for number in range(FILES // 4):
            (work / "files" / str(number)).unlink()
        self.new = self.repository.commit()
        (self.folder / ".git" / "fraisier").mkdir()
        (self.folder / "untracked").write_text("mine", encoding="utf-8")

    def _fill(self, work: Path, text: str, numbers: range) -> None:
        (work / "files").mkdir(exist_ok=True)
        for number in numbers:
            (work / "files" / str(number)).write_text(f"{text} {number}\n" * 50, encoding="utf-8")

    def _git(self, folder: Path, *words: str) -> str:
        env = {**os.environ, **NOBODY}
        done = subprocess.run(
            ["git", *words], cwd=folder, env=env, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def git(self, *words: str) -> str:
        return self._git(self.folder, *words)

    def update(self, commit: str = "") -> Command:
        return tree.update(
            tree.UpdateTree(
                tree=str(self.folder),
                mirror=str(self.repository.origin),
                commit=commit or self.new,
                release="r1",
                attempt=ATTEMPT,
            )
        )

    def back(self) -> Command:
        return tree.back(str(self.folder), ATTEMPT)

    def start(self, what: Command) -> subprocess.Popen[bytes]:
        env = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ["HOME"],
            **{k: str(v) for k, v in what.env.items()},
        }
        return subprocess.Popen(
            what.argv, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
        )

    def run(self, what: Command) -> tuple[int, str]:
        process = self.start(what)
        said = process.communicate(timeout=60)[0].decode()
        return process.returncode, said

    def lies_there(self) -> tuple[str, str, str]:
        """HEAD, what differs from it, and what is untracked; the repository must be whole."""
        self.git("fsck", "--no-dangling")
        tracked = self.git("status", "--porcelain", "--untracked-files=no")
        return self.git("rev-parse", "HEAD"), tracked, self.git("ls-files", "--others")


@pytest.mark.parametrize("how", [(), ("--depth", "1"), ("--no-checkout",)])
def test_there_and_back_in_every_kind_of_clone(tmp_path, how):
    clone = Clone(tmp_path, *how)
    if how == ("--no-checkout",):
        clone.git("read-tree", "HEAD")
        clone.git("checkout-index", "--all")
    assert clone.run(clone.update()) == (0, "")
    assert clone.lies_there() == (clone.new, "", "untracked")
    assert clone.run(clone.back()) == (0, "")
    assert clone.lies_there() == (clone.old, "", "untracked")
    assert clone.git("symbolic-ref", "HEAD") == "refs/heads/main"
    assert clone.run(clone.back()) == (0, "")


def test_a_repository_without_a_commit_gets_its_first(tmp_path):
    clone = Clone(tmp_path)
    clone.folder = tmp_path / "empty"
    clone.folder.mkdir()
    clone.git("init", "--quiet", "--initial-branch=main")
    (clone.folder / ".git" / "fraisier").mkdir()
    (clone.folder / "untracked").write_text("mine", encoding="utf-8")
    assert clone.run(clone.update()) == (0, "")
    assert clone.lies_there() == (clone.new, "", "untracked")
    assert clone.run(clone.back()) == (0, "")
    assert clone.git("ls-files", "--others", "--cached") == "untracked"


def test_killed_at_any_moment_it_goes_on_and_comes_back(tmp_path):
    clone = Clone(tmp_path)
    began = time.monotonic()
    assert clone.run(clone.update())[0] == 0
    whole = time.monotonic() - began
    assert clone.run(clone.back())[0] == 0
    chance = random.Random(1)
    for turn in range(12):
        kill(clone, clone.update(), chance.uniform(0, whole))
        if turn % 3 == 0:
            assert clone.run(clone.update()) == (0, "")
            assert clone.lies_there() == (clone.new, "", "untracked")
        kill(clone, clone.back(), chance.uniform(0, whole))
        assert clone.run(clone.back()) == (0, "")
        assert clone.lies_there() == (clone.old, "", "untracked")
        assert clone.git("symbolic-ref", "HEAD") == "refs/heads/main"


def kill(clone: Clone, what: Command, after: float) -> None:
    process = clone.start(what)
    time.sleep(after)  # the moment is the test
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def test_what_the_build_did_to_tracked_files_goes_with_it(tmp_path):
    clone = Clone(tmp_path)
    clone.run(clone.update())
    (clone.folder / "files" / "60").write_text("built", encoding="utf-8")
    (clone.folder / "files" / "61").unlink()
    (clone.folder / "dist").write_text("built", encoding="utf-8")
    assert clone.run(clone.back()) == (0, "")
    assert clone.lies_there() == (clone.old, "", "dist\nuntracked")


def test_a_file_that_changes_while_it_is_compared_is_found(tmp_path):
    """A stale tree: a clean filter that the repository names gives back other bytes than were written."""
    clone = Clone(tmp_path)
    clone.git("config", "filter.lossy.smudge", "cat")
    clone.git("config", "filter.lossy.clean", "sed s/new/stale/")
    (clone.folder / ".git" / "info").mkdir(exist_ok=True)
    (clone.folder / ".git" / "info" / "attributes").write_text("files/120 filter=lossy\n", encoding="utf-8")
    code, said = clone.run(clone.update())
    assert (code, said.strip()) == (64, "files/120")
    assert clone.run(clone.back()) == (0, "")
    assert clone.lies_there() == (clone.old, "", "untracked")


@pytest.fixture
def open_folder(short_folder):
    """A folder that every user may enter."""
    short_folder.chmod(0o755)
    return short_folder


@pytest.mark.skipif(os.geteuid() != 0, reason="only root works in the tree of another user")
def test_root_leaves_a_tree_to_its_owner(open_folder):
    clone = Clone(open_folder)
    nobody = 65534
    hook = clone.folder / ".git" / "hooks" / "post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {open_folder}/hooked\n", encoding="utf-8")
    hook.chmod(0o755)
    clone.git("config", "core.fsmonitor", f"touch {open_folder}/monitored;")
    clone.git("config", "filter.who.smudge", "sh -c 'id -u; cat'")
    clone.git("config", "filter.who.clean", "sed 1d")
    (clone.folder / ".git" / "info" / "attributes").write_text("files/120 filter=who\n", encoding="utf-8")
    subprocess.run(["chown", "-R", f"{nobody}:{nobody}", clone.folder], check=True)
    assert clone.run(clone.update()) == (0, "")
    assert (clone.folder / "files" / "120").read_text(encoding="utf-8").startswith(f"{nobody}\n")
    assert {path.stat().st_uid for path in (clone.folder / "files").iterdir()} == {nobody}
    assert not (open_folder / "hooked").exists()
    assert not (open_folder / "monitored").exists()
    assert clone.run(clone.back()) == (0, "")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files that a user may not change")
def test_files_of_root_in_a_users_tree_end_it_with_the_tree_as_it_was(open_folder):
    clone = Clone(open_folder)
    subprocess.run(["chown", "-R", "65534:65534", clone.folder], check=True)
    locked = clone.folder / "files"
    subprocess.run(["chown", "root", locked], check=True)
    code, said = clone.run(clone.update())
    result = tree.failure(tree.CommandResult(exit_code=code, output=said), str(clone.folder), clone.new)
    assert "may not change" in result.message
    assert "chown" in result.hint
    assert clone.run(clone.back()) == (0, "")
    subprocess.run(["chown", "-R", "root", clone.folder], check=True)
    assert clone.lies_there() == (clone.old, "", "untracked")
