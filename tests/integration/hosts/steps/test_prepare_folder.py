from __future__ import annotations

import subprocess

import pytest

from fraisier.errors import CommandFailed, StepFailed
from fraisier.hosts.fenced import open_host
from fraisier.model.host import Fence
from fraisier.model.step import Seen
from fraisier.transport.local import Local
from fraisier.transport.redaction import Redactor
from tests.support.lane import Lane, names_in


async def test_it_is_made_once_and_only_what_is_empty_goes_again(lane):
    releases = lane.folder("1-aaaaaaa").parent
    assert await lane.step("prepare_folder", way="check") is Seen.NOT_DONE
    for _ in range(2):
        await lane.step("prepare_folder")
    assert await lane.step("prepare_folder", way="check") is Seen.DONE
    assert names_in(releases.parent) == {"releases", ".fraisier"}
    lane.build("1-aaaaaaa")
    await lane.step("prepare_folder", way="undo")
    assert names_in(releases) == {"1-aaaaaaa"}
    await lane.step("prune_releases", keep=0)
    for _ in range(2):
        await lane.step("prepare_folder", way="undo")
    assert names_in(releases.parent) == {".fraisier"}


async def test_a_disk_without_room_is_refused_before_anything_is_written(lane):
    with pytest.raises(StepFailed, match=r"MiB left; \d+ MiB are needed") as failure:
        await lane.step("prepare_folder", min_free_bytes=2**60)
    assert lane.app_path in failure.value.message
    assert await lane.step("prepare_folder", way="check") is Seen.NOT_DONE


async def test_a_place_where_nothing_can_be_made(lane):
    lane.app_path = "/proc/fraisier/shop"
    with pytest.raises(CommandFailed, match="Making the folder /proc/fraisier/shop failed"):
        await lane.step("prepare_folder", min_free_bytes=0)


@pytest.fixture
def disk(tmp_path):
    """A disk of its own, of 64 KiB."""
    disk = tmp_path / "app"
    disk.mkdir()
    if not mount("-t", "tmpfs", "-o", "size=64k", "tmpfs", disk):
        pytest.skip("mounting a disk needs root")
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


def mount(*words):
    return subprocess.run(["mount", *words], check=False, capture_output=True).returncode == 0


@pytest.fixture
async def small(disk, tmp_path):
    """A lane on that disk; its fence lies elsewhere."""
    fence = Fence(installation_id="t", lane="shop/test", token=1, folder=str(tmp_path / "fence"))
    async with open_host(Local(), fence, Redactor()) as host:
        yield Lane(host, tmp_path)


async def test_a_disk_that_fills_up_says_so_and_leaves_nothing_half_written(small):
    lane = small
    lane.build("1-aaaaaaa")
    with pytest.raises(CommandFailed) as failure:
        await lane.step("stage_release", **lane.staged("1-aaaaaaa", BIG="x" * 80_000))
    assert "No space left on device" in failure.value.message
    assert f"{lane.folder('1-aaaaaaa')}.env" in failure.value.message
    assert "disk space" in failure.value.hint
    assert names_in(lane.folder("1-aaaaaaa").parent) == {"1-aaaaaaa"}


async def test_a_disk_that_may_only_be_read_says_so(small, disk):
    lane = small
    await lane.release("1-aaaaaaa")
    assert mount("-o", "remount,ro", disk)
    with pytest.raises(CommandFailed) as failure:
        await lane.step("switch_release", release="1-aaaaaaa")
    assert "Read-only file system" in failure.value.message
    assert "read-only" in failure.value.hint
    assert lane.current() is None
