from __future__ import annotations

import subprocess
from contextlib import contextmanager

from fraisier.model.step import Seen
from tests.support.lane import names_in


async def test_old_releases_go_and_what_may_be_needed_stays(lane):
    for number in range(8, 14):
        await lane.release(f"{number}-aaaaaaa")
    lane.build("14-unfinished")
    await lane.step("switch_release", release="8-aaaaaaa")
    params = {"keep": 2, "protect": ["9-aaaaaaa"]}
    with working_in(lane.folder("10-aaaaaaa")):
        assert await lane.step("prune_releases", way="check", **params) is Seen.NOT_DONE
        await lane.step("prune_releases", **params)
        assert await lane.step("prune_releases", way="check", **params) is Seen.DONE
    kept = {
        f"{number}-aaaaaaa{end}" for number in (8, 9, 10, 12, 13) for end in ("", ".json", ".env", ".unit")
    }
    assert names_in(lane.folder("8-aaaaaaa").parent) == kept


@contextmanager
def working_in(folder):
    process = subprocess.Popen(["sleep", "600"], cwd=folder)
    try:
        yield
    finally:
        process.kill()
        process.wait()


async def test_a_release_in_use_stays_when_app_path_is_a_link(lane, tmp_path):
    await lane.release("1-aaaaaaa")
    await lane.release("2-aaaaaaa")
    await lane.switch("1-aaaaaaa", None)
    lane.answer()
    link = tmp_path / "link"
    link.symlink_to(lane.app_path)
    await lane.step("switch_release", release="2-aaaaaaa")
    lane.app_path = str(link)
    await lane.step("prune_releases", keep=0)
    assert "1-aaaaaaa" in names_in(lane.folder("1-aaaaaaa").parent)
