"""The mirror, with real repositories, kills and damage."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from fraisier.errors import StepFailed
from fraisier.git.fetch import FetchCommit, FetchCommitKind
from fraisier.git.mirror import mirror_path
from fraisier.model.step import Seen
from tests.support import processes
from tests.support.local_host import LocalHost, LocalSite
from tests.support.origin import run

KIND = FetchCommitKind()


@pytest.fixture
def mirror(origin):
    return Path(mirror_path(str(origin.path)))


@pytest.fixture
def params(origin, mirror):
    def params(commit, repository=None):
        return FetchCommit(
            repository=repository or str(origin.path), mirror=str(mirror), commit=commit, branch="main"
        )

    return params


async def test_the_first_fetch_and_the_next(origin, params, site):
    for _ in range(2):
        step = params(origin.commit())
        assert await KIND.check(site, step) is Seen.NOT_DONE
        await KIND.apply(site, step)
        assert await KIND.check(site, step) is Seen.DONE
    assert not site.said


async def test_a_force_pushed_branch(origin, params, mirror, site):
    origin.commit()
    await KIND.apply(site, params(origin.commit("two")))
    origin.git("reset", "-q", "--hard", "HEAD~1")
    rewritten = origin.commit("two, rewritten")
    await KIND.apply(site, params(rewritten))
    assert run("rev-parse", "main", cwd=mirror) == rewritten
    assert not site.said


async def test_a_commit_that_the_branch_has_left(origin, params, site):
    left = origin.commit("left behind")
    origin.git("commit", "-q", "--allow-empty", "--amend", "-m", "instead")
    origin.push()
    await KIND.apply(site, params(left))
    assert await KIND.check(site, params(left)) is Seen.DONE


async def test_a_branch_that_became_a_folder_of_branches(origin, params, mirror, site):
    origin.commit()
    origin.git("push", "-q", "origin", "HEAD:refs/heads/fix")
    await KIND.apply(site, params(origin.commit()))
    origin.git("push", "-q", "origin", ":refs/heads/fix", "HEAD:refs/heads/fix/one")
    await KIND.apply(site, params(origin.commit()))
    assert run("branch", "--format=%(refname:short)", cwd=mirror).split() == ["fix/one", "main"]


async def test_a_commit_that_nobody_has(origin, params, mirror, site):
    origin.commit()
    with pytest.raises(StepFailed, match="has no commit 1111111") as caught:
        await KIND.apply(site, params("1" * 40))
    assert caught.value.hint
    assert not site.said
    assert not mirror.with_name(mirror.name + ".new").exists()


async def test_a_repository_that_is_gone(origin, params, site):
    sha = origin.commit()
    await KIND.apply(site, params(sha))
    origin.path.rename(origin.path.with_name("moved"))
    with pytest.raises(StepFailed, match="no repository at"):
        await KIND.apply(site, params("1" * 40))
    assert await KIND.check(site, params(sha)) is Seen.DONE
    assert not site.said


async def test_references_in_the_address_are_resolved(origin, params, host):
    step = params(origin.commit(), repository="${WHERE}/origin.git")
    await KIND.apply(LocalSite(host, {"WHERE": str(origin.path.parent)}), step)
    assert await KIND.check(LocalSite(host), step) is Seen.DONE


async def test_no_address_and_no_hook_in_the_mirror(origin, params, mirror, site):
    await KIND.apply(site, params(origin.commit()))
    assert str(origin.path) not in (mirror / "config").read_text()
    assert not (mirror / "hooks").exists()
    assert mirror.stat().st_mode & 0o077 == 0


async def test_two_fetches_at_once(origin, params, mirror, site):
    origin.write("big", os.urandom(3_000_000))
    sha = origin.commit()
    await asyncio.gather(*(KIND.apply(site, params(sha)) for _ in range(4)))
    assert await KIND.check(site, params(sha)) is Seen.DONE
    run("fsck", "--no-dangling", cwd=mirror)
    again = origin.commit()
    await asyncio.gather(*(KIND.apply(site, params(again)) for _ in range(4)))
    assert not site.said


async def test_killed_in_the_middle_of_the_first_fetch(origin, params, mirror, host, site):
    """The pack is held up in a pipe that a slow repository fills, so the kill always comes in the middle."""
    sha = origin.commit()
    stuck = LocalHost()
    _hold_up(origin, stuck)
    task = asyncio.create_task(KIND.apply(LocalSite(stuck), params(sha)))
    new = mirror.with_name(mirror.name + ".new")
    await _until(lambda: (new / "objects").is_dir() and _held(origin) and stuck.groups)
    for group in stuck.groups:
        os.killpg(group, signal.SIGKILL)
    with pytest.raises(StepFailed):
        await task
    assert new.exists()
    assert not mirror.exists()
    _let_go(origin)
    await KIND.apply(site, params(sha))
    assert await KIND.check(site, params(sha)) is Seen.DONE
    assert not new.exists()


async def test_ended_in_the_middle_it_cleans_up_itself(origin, params, mirror):
    sha = origin.commit()
    stuck = LocalHost()
    _hold_up(origin, stuck)
    task = asyncio.create_task(KIND.apply(LocalSite(stuck), params(sha)))
    new = mirror.with_name(mirror.name + ".new")
    await _until(lambda: (new / "objects").is_dir() and _held(origin) and stuck.groups)
    for group in stuck.groups:
        os.killpg(group, signal.SIGTERM)
    with pytest.raises(StepFailed):
        await task
    assert not new.exists()
    _let_go(origin)


def _unpack_without_one_blob(mirror):
    pack = next((mirror / "objects/pack").glob("*.pack")).rename(mirror / "moved")
    for path in (mirror / "objects/pack").iterdir():
        path.unlink()
    subprocess.run(["git", "unpack-objects", "-q"], cwd=mirror, input=pack.read_bytes(), check=True)
    blob = run("rev-parse", "main:file", cwd=mirror)
    (mirror / "objects" / blob[:2] / blob[2:]).unlink()


DAMAGES = {
    "no HEAD": lambda mirror: (mirror / "HEAD").unlink(),
    "garbage in a reference": lambda mirror: (mirror / "refs/heads/main").write_text("garbage\n"),
    "garbage in config": lambda mirror: (mirror / "config").write_text("[[[\n"),
    "an empty folder": lambda mirror: [shutil.rmtree(mirror), mirror.mkdir()],
    "a missing file": _unpack_without_one_blob,
}
HEALED_BY_GIT = {
    "packs are gone": lambda mirror: [path.unlink() for path in (mirror / "objects/pack").iterdir()],
    "a pack is cut off": lambda mirror: [
        os.truncate(path, path.stat().st_size // 2) for path in (mirror / "objects/pack").glob("*.pack")
    ],
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
async def test_a_damaged_mirror_is_built_anew(origin, params, mirror, site, damage):
    origin.write("file", b"precious\n")
    sha = origin.commit()
    await KIND.apply(site, params(sha))
    damage(mirror)
    sha = origin.commit("another")
    assert await KIND.check(site, params(sha)) is Seen.NOT_DONE
    await KIND.apply(site, params(sha))
    assert await KIND.check(site, params(sha)) is Seen.DONE
    assert len(site.said) == 1
    assert "built anew" in site.said[0]
    run("fsck", "--no-dangling", cwd=mirror)


@pytest.mark.parametrize("damage", HEALED_BY_GIT.values(), ids=HEALED_BY_GIT.keys())
async def test_whatever_is_missing_is_there_afterwards(origin, params, mirror, site, damage):
    origin.write("file")
    sha = origin.commit()
    await KIND.apply(site, params(sha))
    damage(mirror)
    assert await KIND.check(site, params(sha)) is Seen.NOT_DONE
    await KIND.apply(site, params(sha))
    assert await KIND.check(site, params(sha)) is Seen.DONE


async def test_a_full_disk(origin, params, site, small_disk, monkeypatch):
    monkeypatch.setenv("FRAISIER_WORK_DIR", str(small_disk))
    origin.write("big", os.urandom(3_000_000))
    step = FetchCommit(
        repository=str(origin.path), mirror=mirror_path(str(origin.path)), commit=origin.commit()
    )
    with pytest.raises(StepFailed, match="is full") as caught:
        await KIND.apply(site, step)
    assert caught.value.hint
    assert not list(small_disk.rglob("*.new"))
    assert not site.said


async def test_a_work_folder_that_cannot_be_made(origin, site, tmp_path):
    (tmp_path / "file").touch()
    step = FetchCommit(
        repository=str(origin.path), mirror=f"{tmp_path}/file/mirrors/m.git", commit=origin.commit()
    )
    with pytest.raises(StepFailed, match="cannot be written") as caught:
        await KIND.apply(site, step)
    assert "FRAISIER_WORK_DIR" in caught.value.hint


def _hold_up(origin, host):
    """Packing waits for a file, as a slow repository would; only a setting of the serving user can do that."""
    host.groups = []
    host.started = host.groups.append
    home = origin.path.parent / "home"
    home.mkdir()
    wait = origin.path.parent / "wait"
    wait.write_text(f"#!/bin/sh\necho $$ >>{origin.path.parent}/held\nexec sleep 600\n")
    wait.chmod(0o755)
    (home / ".gitconfig").write_text(f'[uploadpack]\n packObjectsHook = "{wait}"\n')
    host.world["HOME"] = str(home)


def _held(origin):
    return (origin.path.parent / "held").exists()


def _let_go(origin):
    processes.end([int(pid) for pid in (origin.path.parent / "held").read_text().split()])


async def _until(holds, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
