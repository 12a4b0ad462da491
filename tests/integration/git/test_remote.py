"""Which commit is meant: real repositories, and servers that are really not there."""

from __future__ import annotations

import os
import socket
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from fraisier.errors import ConfigurationError, UnknownName, Unreachable
from fraisier.git.fetch import FetchCommit, FetchCommitKind
from fraisier.git.mirror import mirror_path
from fraisier.git.remote import resolve
from fraisier.model.secret import Secret
from tests.support.local_host import LocalHost, LocalSite
from tests.support.origin import Origin, run

NOBODY = 65534


@pytest.fixture
def find(host, origin):
    async def find(wanted=None, *, branch="main", git_repo=None):
        git_repo = git_repo or str(origin.path)
        return await resolve(host, git_repo, branch=branch, wanted=wanted, mirror=mirror_path(git_repo))

    return find


async def test_the_tip_of_a_branch(origin, find):
    first = origin.commit()
    assert await find() == await find(first)
    second = origin.commit()
    tip = await find()
    assert (tip.sha, tip.branch, tip.tag) == (second, "main", None)


async def test_a_branch_wins_over_a_tag_of_its_name(origin, find):
    tagged = origin.commit()
    origin.git("tag", "main")
    tip = origin.commit(push=False)
    origin.git("push", "-q", "origin", "refs/heads/main", "refs/tags/main")
    assert (await find()).sha == tip
    assert (await find("main")).sha == tagged


async def test_an_annotated_tag_is_the_commit_it_points_at(origin, find):
    sha = origin.commit()
    origin.git("tag", "-a", "-m", "release", "v1.0.0")
    origin.git("tag", "latest")
    origin.git("tag", "v0.9.10")
    origin.push()
    found = await find("v1.0.0")
    assert (found.sha, found.tag, found.shown) == (sha, "v1.0.0", "v1.0.0")
    assert (await find()).tag == "v1.0.0"


async def test_an_abbreviated_hash(origin, find, site):
    first = origin.commit("first")
    second = origin.commit("second")
    assert (await find(second[:7])).sha == second
    with pytest.raises(UnknownName, match="no commit known here"):
        await find(first[:7])
    await _fetch(site, origin, second)
    assert (await find(first[:7].upper())).sha == first
    assert (await find(first)).branch is None


async def test_a_tag_object_is_not_taken_for_a_commit(origin, find):
    origin.commit()
    origin.git("tag", "-a", "-m", "x", "v1")
    origin.push()
    with pytest.raises(UnknownName):
        await find(origin.git("rev-parse", "v1")[:10])


async def test_an_ambiguous_hash_asks_for_more(origin, find, site):
    seen: set[str] = set()
    twice = ""
    while not twice:  # among 300 hashes there is a pair every other time
        origin.git("commit", "-q", "--allow-empty", "-m", str(len(seen)))
        begins = origin.git("rev-parse", "HEAD")[:4]
        twice = begins if begins in seen else ""
        seen.add(begins)
    origin.push()
    await _fetch(site, origin, origin.git("rev-parse", "HEAD"))
    with pytest.raises(UnknownName, match="beginning of") as caught:
        await find(twice)
    assert "Write more of the hash" in caught.value.hint


async def test_a_deleted_branch_names_the_nearest(origin, find):
    origin.commit()
    origin.git("push", "-q", "origin", "HEAD:refs/heads/staging")
    with pytest.raises(UnknownName, match="no branch 'stagin'") as caught:
        await find(branch="stagin")
    assert "'staging'" in caught.value.hint


async def test_an_unknown_tag(origin, find):
    origin.commit()
    with pytest.raises(UnknownName, match="no tag 'v9'") as caught:
        await find("v9")
    assert caught.value.hint


async def test_an_empty_repository(find):
    with pytest.raises(UnknownName, match="no branch yet") as caught:
        await find()
    assert "Push a commit" in caught.value.hint


async def test_many_references(origin, find):
    sha = origin.commit()
    names = "".join(f"create refs/tags/build-{n:05}-{'x' * 40} {sha}\n" for n in range(2000))
    packed = origin.path / "packed-refs"
    packed.write_text("".join(f"{sha} {line.split()[1]}\n" for line in names.splitlines()))
    origin.commit()
    origin.git("tag", "v1.2.3")
    origin.push()
    tip = await find()
    assert (tip.sha == sha, tip.tag) == (False, "v1.2.3")


HOSTILE = [
    "$(touch pwned)",
    "`touch$IFS-pwned`",
    "x;touch-pwned",
    "--upload-pack=touch pwned",
    "../../x",
    "a\nb",
    "",
]


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_names_are_inert(origin, find, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    origin.commit()
    for call in (find(branch=name), find(name)):
        with pytest.raises((ConfigurationError, UnknownName)):
            await call
    assert not list(tmp_path.rglob("*pwned*"))


async def test_a_strange_branch_is_just_a_name(origin, find):
    sha = origin.commit()
    name = "fix/$(id)-`x`-;rm-é"
    origin.git("push", "-q", "origin", f"HEAD:refs/heads/{name}")
    assert (await find(branch=name)).sha == sha


@pytest.mark.parametrize(
    "git_repo", ["ext::sh -c touch% pwned", "--upload-pack=touch pwned", "-oProxyCommand=touch pwned:x"]
)
async def test_hostile_addresses_are_refused(find, git_repo):
    with pytest.raises(ConfigurationError):
        await find(git_repo=git_repo)


async def test_no_repository_there(find, tmp_path):
    with pytest.raises(Unreachable, match="no repository at") as caught:
        await find(git_repo=str(tmp_path / "nothing.git"))
    assert caught.value.exit_code == 5
    assert caught.value.hint


@pytest.mark.skipif(os.getuid() != 0, reason="only root can be somebody else")
async def test_a_repository_that_may_not_be_read():
    with open_folder() as folder:
        origin = Origin(folder)
        origin.commit()
        origin.path.chmod(0o700)
        with pytest.raises(Unreachable, match=r"may not be read|cannot be read"):
            await resolve(
                LocalHost(user=NOBODY), str(origin.path), branch="main", wanted=None, mirror=f"{folder}/m.git"
            )


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a repository away")
async def test_a_repository_of_another_user(origin, find, site):
    sha = origin.commit()
    for path in (origin.path, *origin.path.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    assert (await find()).sha == sha
    await _fetch(site, origin, sha)


@pytest.mark.parametrize("scheme", ["ssh", "http", "git"])
async def test_a_closed_port(find, scheme):
    with socket.socket() as taken:  # bound and not listening: refused, and nobody else's
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(Unreachable, match="does not answer") as caught:
            await find(git_repo=f"{scheme}://127.0.0.1:{port}/a.git")
    assert caught.value.hint


async def test_a_host_without_address(find):
    with pytest.raises(Unreachable, match=r"has no address|does not answer"):
        await find(git_repo="https://nowhere.invalid/a.git")


async def test_secrets_in_addresses_are_not_shown(host):
    git_repo = Secret("http://bot:s3cr3t-t0ken@127.0.0.1:1/a.git")
    with pytest.raises(Unreachable) as caught:
        await resolve(host, git_repo, branch="main", wanted=None, mirror="/nonexistent")
    assert "s3cr3t" not in f"{caught.value!r} {caught.value.hint}"
    assert all("s3cr3t" not in word for what in host.commands for word in what.argv)


async def test_a_repository_of_sha256(tmp_path, host):
    origin = Origin(tmp_path / "new", "--object-format=sha256")
    run("config", "extensions.objectFormat", cwd=origin.path)
    sha = origin.commit()
    mirror = mirror_path(str(origin.path))
    found = await resolve(host, str(origin.path), branch="main", wanted=None, mirror=mirror)
    assert (found.sha, len(sha)) == (sha, 64)
    await _fetch(LocalSite(host), origin, sha)


@contextmanager
def open_folder():
    """Unlike `tmp_path`, whose parents only its owner may enter."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


async def _fetch(site, origin, sha):
    params = FetchCommit(repository=str(origin.path), mirror=mirror_path(str(origin.path)), commit=sha)
    await FetchCommitKind().apply(site, params)
