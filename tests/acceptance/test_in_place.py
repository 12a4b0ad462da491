"""A Git work tree as app_path: the tree is used in place."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.support.repository import NOBODY
from tests.support.shop import Shop


class Tree:
    """The checkout of a shop's production."""

    def __init__(self, shop: Shop) -> None:
        self.folder = shop.app_path()
        self.git_in(shop.root, "clone", "--quiet", str(shop.repository.origin), str(self.folder))

    def git(self, *arguments: str) -> str:
        return self.git_in(self.folder, *arguments)

    def git_in(self, folder: Path, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=folder,
            env={**os.environ, **NOBODY},
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def read(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    @property
    def head(self) -> str:
        return self.git("rev-parse", "HEAD")

    @property
    def modified(self) -> str:
        return self.git("status", "--porcelain", "--untracked-files=no")

    @property
    def private(self) -> Path:
        return self.folder / ".git" / "fraisier"


@pytest.fixture
def v1(shop):
    """The shop's first commit; its build leaves `built` untracked."""
    shop.configure()
    return shop.commit()


@pytest.fixture
def tree(shop, v1):
    return Tree(shop)


@pytest.mark.feature("DEP-04", "DEP-02")
def test_a_work_tree_is_updated_where_it_lies(shop, tree, v1):
    tree.write("uploads/cat.jpg", "mine")
    assert shop.deploy()["status"] == "success"
    v2 = shop.commit()
    said = shop.run("deploy", "shop", "production")
    assert said.exit_code == 0
    assert "in place: the switch is not atomic" in said.output
    assert shop.live_version() == v2 == tree.head
    assert tree.modified == ""
    assert tree.read("uploads/cat.jpg") == "mine"
    assert tree.git("rev-parse", "main") == v1  # no branch of the owner's moves
    assert {path.name for path in tree.folder.iterdir()} & {"releases", "current", ".fraisier"} == set()
    assert (tree.private / "fence.json").exists()
    seen = shop.status()
    assert (seen["status"], seen["observed"]["version"]) == ("healthy", v2)


def test_a_dry_run_says_what_in_place_means_and_changes_nothing(shop, tree):
    before = shop.tree()
    preview = shop.run("deploy", "shop", "production", "--dry-run", "--json").json
    assert preview["notes"] == ["in place: the switch is not atomic"]
    assert "update_tree" in [step["name"] for step in preview["steps"]]
    assert shop.tree() == before


@pytest.mark.parametrize("mode", ["sick", "dies", "bad-build"])
def test_a_bad_version_goes_and_the_tree_is_what_it_was(shop, tree, v1, mode):
    assert shop.deploy()["status"] == "success"
    tree.git("checkout", "--quiet", "-B", "main")  # what HEAD says comes back too
    shop.commit(mode, new="only in the bad one")
    answer = shop.deploy()
    assert answer["status"] == ("failed" if mode == "bad-build" else "rolled_back")
    assert (shop.live_version(), tree.head, tree.modified) == (v1, v1, "")
    assert tree.git("symbolic-ref", "HEAD") == "refs/heads/main"
    assert not (tree.folder / "new").exists()
    assert any("build" in left["how"] for left in answer["not_undone"])


def test_a_first_deployment_that_fails_leaves_the_tree_as_it_was_cloned(shop, tree, v1):
    shop.commit("sick")
    assert shop.deploy()["status"] == "failed"
    assert (tree.head, tree.modified, shop.live_version()) == (v1, "", None)
    assert list((tree.private / "releases").glob("*")) == []
    assert tree.git("for-each-ref", "refs/fraisier") == ""


@pytest.mark.feature("CLI-28")
def test_a_rollback_needs_no_repository_and_builds_again(shop, tree, v1):
    shop.deploy()
    v2 = shop.commit()
    shop.deploy()
    shop.repository.origin.rename(shop.root / "gone")
    shop.configure(git_repo=str(shop.root / "nowhere.git"))
    answer = shop.rollback()
    assert (answer["status"], answer["old_version"], answer["new_version"]) == ("success", v2, v1)
    assert (shop.live_version(), tree.head, tree.modified) == (v1, v1, "")
    assert tree.read("built").strip() == "v1"


def test_force_pushes_and_other_branches_are_followed(shop, tree, v1):
    shop.commit()
    shop.deploy()
    v3 = shop.repository.push_force(onto=v1)
    assert shop.deploy()["new_version"] == v3
    assert (shop.live_version(), tree.head) == (v3, v3)
    shop.repository.branch("next")
    v4 = shop.commit()
    shop.configure(branch="next")
    assert shop.deploy()["new_version"] == v4
    assert (shop.live_version(), tree.head) == (v4, v4)


def refused(shop, text):
    """A deployment that ends as failed before anything was touched."""
    before = shop.live_version()
    answer = shop.deploy()
    assert answer["status"] == "failed"
    assert text in answer["error"]["message"]
    assert shop.live_version() == before
    return answer["error"]


def test_modified_tracked_files_refuse_the_deployment(shop, tree, v1):
    shop.deploy()
    shop.commit()
    tree.write("label", "edited on the server\n")
    assert "label" in shop.run("drift", "shop", "production").output
    error = refused(shop, "Tracked files in")
    assert "label" in error["message"]
    assert "checkout -- ." in error["hint"]
    assert (tree.read("label"), tree.head) == ("edited on the server\n", v1)
    tree.git("checkout", "--", ".")
    assert shop.deploy()["status"] == "success"


def test_an_untracked_file_in_the_way_is_never_touched(shop, tree, v1):
    shop.deploy()
    shop.commit(settings="from the commit")
    tree.write(".git/info/exclude", "settings\n")
    tree.write("settings", "mine")
    error = refused(shop, "Untracked files in")
    assert "settings" in error["message"]
    assert (tree.read("settings"), tree.head, tree.modified) == ("mine", v1, "")
    (tree.folder / "settings").unlink()
    assert shop.deploy()["status"] == "success"


def test_a_lock_of_somebody_else_is_left_alone(shop, tree):
    shop.deploy()
    shop.commit()
    tree.write(".git/index.lock", "")
    assert "index.lock" in refused(shop, "Git is at work")["hint"]
    assert (tree.folder / ".git" / "index.lock").exists()


def test_a_tree_moved_by_hand_is_seen_and_returned_to(shop, tree):
    shop.deploy()
    v2 = shop.commit()
    tree.git("pull", "--quiet", str(shop.repository.origin), "main")
    assert shop.status()["observed"]["version"] == v2
    shop.commit("sick")
    answer = shop.deploy()
    assert (answer["status"], answer["old_version"], tree.head) == ("rolled_back", v2, v2)


def test_a_build_that_modifies_tracked_files_is_told_of(shop, tree):
    shop.configure(build=["sh", "-c", "./build.sh && echo more >> build.sh"])
    said = shop.run("deploy", "shop", "production")
    assert "the build modified tracked files" in said.output
    assert "build.sh" in said.output


@pytest.mark.feature("CLI-33")
def test_the_doctor_knows_work_trees(shop, tree):
    assert "in place" in shop.run("doctor").output


def test_a_linked_work_tree_is_refused(shop, v1):
    shop.app_path().parent.mkdir(parents=True, exist_ok=True)
    shop.repository.git("worktree", "add", "--quiet", "--detach", str(shop.app_path()))
    result = shop.run("deploy", "shop", "production", "--json")
    assert result.exit_code == 1
    assert "linked work tree" in result.json["error"]["message"]


def test_a_folder_with_something_else_is_adopted_only_when_told_to(shop, v1):
    mine = shop.app_path() / "index.html"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine", encoding="utf-8")
    refused = shop.run("deploy", "shop", "production")
    assert refused.exit_code == 1
    assert "--adopt" in refused.output
    answer = shop.deploy("production", "--adopt")
    assert (answer["status"], shop.live_version()) == ("success", v1)
    v2 = shop.commit()
    assert shop.deploy()["new_version"] == v2
    assert mine.read_text(encoding="utf-8") == "mine"
    assert json.loads(json.dumps(shop.releases()))
