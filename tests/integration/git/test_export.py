"""Releases, exact to the last byte and mode."""

from __future__ import annotations

import hashlib
import os
import subprocess
import time
from pathlib import Path

import pytest

from fraisier.errors import StepFailed
from fraisier.git.export import ExportRelease, ExportReleaseKind
from fraisier.git.fetch import FetchCommit, FetchCommitKind
from fraisier.git.mirror import mirror_path
from fraisier.model.step import Seen

KIND = ExportReleaseKind()
STRANGE = [
    "with space", "new\nline", "tab\there", "-rf", "--help", "ünï/日本", "quote'\"", "back\\slash", "*", "$(id)",
    "a" * 200 + "/" + "b" * 200, "é" * 100, ".hidden", ".gitignore.d/x", "trailing ", "..x/...",
]  # fmt: skip


@pytest.fixture
def exported(origin, site, tmp_path):
    async def exported(commit):
        mirror = mirror_path(str(origin.path))
        fetch = FetchCommit(repository=str(origin.path), mirror=mirror, commit=commit)
        await FetchCommitKind().apply(site, fetch)
        params = ExportRelease(
            mirror=mirror, commit=commit, app_path=str(tmp_path / "app"), release=f"1-{commit[:7]}"
        )
        assert await KIND.check(site, params) is Seen.NOT_DONE
        await KIND.apply(site, params)
        assert await KIND.check(site, params) is Seen.DONE
        return folder_of(params)

    return exported


def folder_of(params: ExportRelease) -> Path:
    return Path(params.releases, params.release)


async def test_strange_names(origin, exported):
    for name in STRANGE:
        origin.write(name, name.encode())
    origin.write(b"latin\xe9", b"not UTF-8")
    commit = origin.commit()
    release = await exported(commit)
    assert tree(release) == origin.tree(commit)
    assert len(tree(release)) == len(STRANGE) + 1


async def test_modes_and_links(origin, exported):
    origin.write("run.sh", b"#!/bin/sh\n", executable=True)
    origin.write("plain")
    origin.write("empty", b"")
    for name, target in {
        "link": "plain",
        "broken": "nowhere",
        "out": "../../etc/passwd",
        "abs": "/etc",
    }.items():
        (origin.work / name).symlink_to(target)
    commit = origin.commit()
    release = await exported(commit)
    assert tree(release) == origin.tree(commit)
    assert (release / "run.sh").stat().st_mode & 0o777 == 0o755
    assert (release / "plain").stat().st_mode & 0o777 == 0o644
    assert (release / "plain").stat().st_uid == os.getuid()
    assert (release / "abs").readlink() == Path("/etc")
    assert (release / "plain").stat().st_mtime == int(origin.git("log", "-1", "--format=%ct"))


async def test_attributes_change_nothing(origin, exported):
    origin.write(
        ".gitattributes",
        b"secret export-ignore\nversion export-subst\n*.txt text eol=crlf\n*.id ident\n*.big filter=lfs\n"
        b"*.u16 working-tree-encoding=UTF-16\n",
    )
    origin.write("sub/.gitattributes", b"* export-ignore eol=crlf\n")
    contents = {
        "secret": b"kept\n", "version": b"$Format:%H$\n", "unix.txt": b"a\nb\n", "dos.txt": b"a\r\nb\r\n",
        "x.id": b"$Id$\n", "x.big": b"version https://git-lfs.github.com/spec/v1\n", "x.u16": b"plain\n",
        "sub/file": b"a\n", ".gitignore": b"*\n", "ignored": b"x\n",
    }  # fmt: skip
    for name, content in contents.items():
        origin.write(name, content)
    _add_verbatim(origin)
    commit = origin.commit()
    release = await exported(commit)
    assert tree(release) == origin.tree(commit)
    assert {name: (release / name).read_bytes() for name in contents} == contents


async def test_an_empty_commit(origin, exported):
    release = await exported(origin.commit())
    assert list(release.iterdir()) == []


async def test_submodules_are_refused_by_name(origin, exported, tmp_path):
    origin.write("file")
    sha = origin.commit()
    origin.git("update-index", "--add", "--cacheinfo", f"160000,{sha},vendor/lib")
    origin.git("commit", "-q", "-m", "submodule")
    origin.push()
    with pytest.raises(StepFailed, match=r"submodules.*not supported.*vendor/lib"):
        await exported(origin.git("rev-parse", "HEAD"))
    assert not list((tmp_path / "app" / "releases").glob("1-???????"))


async def test_a_file_that_comes_out_differently_is_named(origin, exported, tmp_path, site):
    """A tar that damages what it writes stands for a disk or file system that does."""
    origin.write("good")
    origin.write("bad name")
    commit = origin.commit()
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "tar").write_text(
        '#!/bin/sh\n/usr/bin/tar "$@" || exit\nfor d; do :; done\n'
        "for a; do case $a in --directory=*) d=${a#*=};; esac; done\n"
        'echo more >>"$d/bad name"; echo x >"$d/extra"; chmod +x "$d/good"\n'
    )
    (folder / "tar").chmod(0o755)
    site.host.world["PATH"] = f"{folder}:{os.environ['PATH']}"
    with pytest.raises(StepFailed, match="differ from commit") as caught:
        await exported(commit)
    assert all(name in caught.value.message for name in ("bad name", "good", "extra"))
    assert not (tmp_path / "app" / "releases" / f"1-{commit[:7]}").exists()


async def test_what_an_interrupted_export_left_is_no_obstacle(origin, exported, tmp_path):
    commit = origin.commit()
    left = tmp_path / "app" / "releases" / f"1-{commit[:7]}.partial" / "tree"
    left.mkdir(parents=True)
    (left / "half").touch()
    release = await exported(commit)
    assert list(release.parent.iterdir()) == [release]
    assert not (release / "half").exists()


async def test_undo_removes_it_all(origin, exported, site):
    origin.write("deep/er/file")
    commit = origin.commit()
    release = await exported(commit)
    left_behind(release)
    params = ExportRelease(
        mirror="/nonexistent", commit=commit, app_path=str(release.parent.parent), release=release.name
    )
    for _ in range(2):
        await KIND.undo(site, params)
        assert not release.parent.exists()


async def test_undo_leaves_other_releases(origin, exported, site):
    kept = await exported(origin.commit())
    commit = origin.commit("another")
    release = await exported(commit)
    params = ExportRelease(
        mirror="/nonexistent", commit=commit, app_path=str(release.parent.parent), release=release.name
    )
    await KIND.undo(site, params)
    assert list(kept.parent.iterdir()) == [kept]


async def test_the_mirror_is_only_read(origin, exported, site, tmp_path):
    origin.write("file")
    commit = origin.commit()
    await exported(commit)
    mirror = mirror_path(str(origin.path))
    before = snapshot(mirror)
    params = ExportRelease(mirror=mirror, commit=commit, app_path=str(tmp_path / "other"), release="2-x")
    await KIND.apply(site, params)
    assert await KIND.check(site, params) is Seen.DONE
    assert snapshot(mirror) == before


async def test_a_full_disk(origin, site, exported, small_disk):
    origin.write("big", os.urandom(3_000_000))
    commit = origin.commit()
    await exported(commit)
    params = ExportRelease(
        mirror=mirror_path(str(origin.path)), commit=commit, app_path=str(small_disk / "app"), release="1-x"
    )
    with pytest.raises(StepFailed, match="is full"):
        await KIND.apply(site, params)
    assert not folder_of(params).exists()
    await KIND.undo(site, params)
    assert not list(small_disk.rglob("1-x*"))


async def test_a_damaged_mirror_is_named(origin, site, exported, tmp_path):
    origin.write("file", os.urandom(5000))
    commit = origin.commit()
    await exported(commit)
    mirror = mirror_path(str(origin.path))
    spoil(mirror)
    params = ExportRelease(mirror=mirror, commit=commit, app_path=str(tmp_path / "other"), release="1-x")
    with pytest.raises(StepFailed, match="cannot be read from its mirror") as caught:
        await KIND.apply(site, params)
    assert f"rm -rf {mirror}" in caught.value.hint
    assert not folder_of(params).exists()


async def test_five_thousand_files(origin, exported, record_property):
    for number in range(5000):
        origin.write(f"d{number % 50}/f{number}", b"%d\n" % number * 50)
    commit = origin.commit()
    began = time.monotonic()
    release = await exported(commit)
    record_property("seconds", round(time.monotonic() - began, 2))
    assert tree(release) == origin.tree(commit)


def tree(folder: Path) -> dict[str, tuple[str, str]]:
    """Mode and blob of every path, worked out without the code under test."""
    files = [path for path in folder.rglob("*") if path.is_symlink() or path.is_file()]
    return {str(path.relative_to(folder)): _entry(path) for path in files}


def left_behind(release: Path) -> None:
    """What an interrupted export and a build with folders that nobody may write leave."""
    release.with_name(release.name + ".partial").mkdir()
    (release / "deep" / "er").chmod(0o555)


def snapshot(folder: str) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in Path(folder).rglob("*")}


def spoil(mirror: str) -> None:
    """Turn bits in the middle of the pack, as a dying disk does."""
    pack = next(Path(mirror, "objects/pack").glob("*.pack"))
    content = bytearray(pack.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 16] = bytes(16)
    pack.chmod(0o644)
    pack.write_bytes(content)


def _entry(path: Path) -> tuple[str, str]:
    if path.is_symlink():
        mode, content = "120000", os.fsencode(path.readlink())
    else:
        mode = "100755" if os.access(path, os.X_OK) and path.stat().st_mode & 0o100 else "100644"
        content = path.read_bytes()
    return mode, hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def _add_verbatim(origin) -> None:
    """`git add` would convert; these blobs go into the index as they are."""
    attributes = origin.work / ".git" / "info" / "attributes"
    attributes.write_text("* -text -filter -ident -working-tree-encoding\n")
    subprocess.run(["git", "add", "--all", "--force"], cwd=origin.work, check=True)
