"""A dry run's differences, and that they leave no trace."""

from __future__ import annotations

from pathlib import Path

import pytest

from fraisier.errors import Unreachable
from fraisier.git.differences import differences
from fraisier.git.fetch import FetchCommit, FetchCommitKind
from fraisier.git.mirror import mirror_path


@pytest.fixture
def between(host, origin):
    async def between(old, new):
        git_repo = str(origin.path)
        return await differences(host, git_repo, mirror_path(git_repo), old=old, new=new)

    return between


@pytest.fixture
def fetched(site, origin):
    async def fetched(commit):
        mirror = mirror_path(str(origin.path))
        await FetchCommitKind().apply(
            site, FetchCommit(repository=str(origin.path), mirror=mirror, commit=commit)
        )
        return Path(mirror)

    return fetched


async def test_commits_and_files(origin, between, fetched):
    origin.write("a")
    old = origin.commit("one")
    origin.write("b")
    origin.commit("two \x1b[31m red")
    new = origin.commit("three")
    await fetched(new)
    text = await between(old, new)
    assert text.startswith("2 new commits:\n")
    assert f"{new[:7]} three" in text
    assert "two [31m red" in text
    assert "\x1b" not in text
    assert " b | 1 +" in text
    assert "1 file changed" in text


async def test_what_the_mirror_lacks_is_borrowed_and_forgotten(origin, between, fetched, host, tmp_path):
    host.world["TMPDIR"] = str(tmp_path / "scratch")
    (tmp_path / "scratch").mkdir()
    old = origin.commit("one")
    mirror = await fetched(old)
    origin.write("b")
    new = origin.commit("two")
    before = snapshot(mirror.parent), snapshot(origin.path), snapshot(tmp_path / "scratch")
    text = await between(old, new)
    assert "1 new commit:" in text
    assert before == (snapshot(mirror.parent), snapshot(origin.path), {})


async def test_without_any_mirror(origin, between):
    old = origin.commit("one")
    new = origin.commit("two")
    assert "two" in await between(old, new)
    assert not snapshot(Path(mirror_path(str(origin.path))).parent)


async def test_a_first_deployment(origin, between):
    origin.write("a")
    new = origin.commit("one")
    text = await between(None, new)
    assert text.startswith("1 new commit:")
    assert "1 file changed" in text


async def test_a_way_back(origin, between):
    old = origin.commit("one")
    new = origin.commit("two")
    assert (await between(new, old)).startswith("1 commit no longer in it:\n  " + new[:7] + " two")


async def test_more_than_twenty(origin, between):
    old = origin.commit()
    for number in range(25):
        origin.git("commit", "-q", "--allow-empty", "-m", f"{number} " + "long " * 5000)
    origin.push()
    text = await between(old, origin.git("rev-parse", "HEAD"))
    assert text.startswith("25 new commits:\n")
    assert "  and 5 more" in text
    assert len(text) < 5000


async def test_an_old_commit_that_nobody_has(origin, between):
    text = await between("1" * 40, origin.commit("one"))
    assert "1111111 is no longer in the repository" in text
    assert "1 new commit:" in text


async def test_the_same(origin, between):
    commit = origin.commit()
    assert await between(commit, commit) == "No difference: the same commit."


async def test_a_repository_that_is_gone(origin, between):
    old, new = origin.commit("one"), origin.commit("two")
    origin.path.rename(origin.path.with_name("moved"))
    with pytest.raises(Unreachable, match="no repository at"):
        await between(old, new)


def snapshot(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*")}
