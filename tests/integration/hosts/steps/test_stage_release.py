from __future__ import annotations

import hashlib

import msgspec
import pytest

from fraisier.hosts import env_file, layout
from fraisier.model.release import Release
from fraisier.model.step import Seen
from tests.support.lane import mode, names_in, written


async def test_a_staged_release_is_finished_and_keeps_its_secrets_to_itself(lane):
    lane.site.references["TOKEN"] = "hush hush"
    lane.build("1-aaaaaaa")
    params = lane.staged("1-aaaaaaa", TOKEN="${TOKEN}", PLAIN="x")
    assert await lane.step("stage_release", way="check", **params) is Seen.NOT_DONE
    await lane.step("stage_release", **params)
    assert await lane.step("stage_release", way="check", **params) is Seen.DONE

    (release,), live = await layout.read_releases(lane.host, lane.app_path)
    assert live is None
    assert set(release.environment) == {"TOKEN", "PLAIN", "PORT", "FRAISIER_VERSION"}
    expected = env_file.digests(release.salt, {"TOKEN": "hush hush"})
    assert release.environment["TOKEN"] == expected["TOKEN"]
    assert release.created_at.endswith("Z")
    unit = written(lane.folder("1-aaaaaaa").with_name("1-aaaaaaa.unit"))
    assert release.unit_digest == hashlib.sha256(unit.encode()).hexdigest()
    for path in (layout.manifest_path, layout.unit_path, layout.env_path):
        file = path(lane.app_path, "1-aaaaaaa")
        assert mode(file) == 0o600
        assert ("hush" in await lane.host.read_text(file)) == file.endswith(".env")


async def test_staging_is_repeated_and_undone(lane):
    lane.build("1-aaaaaaa")
    params = lane.staged("1-aaaaaaa")
    for way in ("apply", "apply", "undo", "undo"):
        await lane.step("stage_release", way=way, **params)
    assert names_in(lane.folder("1-aaaaaaa").parent) == {"1-aaaaaaa"}


@pytest.mark.parametrize("kind", ["stage_release", "refresh_release"])
async def test_what_a_killed_write_has_left_goes_when_it_is_undone(lane, kind):
    """It could hold half an environment, with its secrets."""
    await lane.release("1-aaaaaaa")
    params = lane.staged("1-aaaaaaa")
    if kind == "refresh_release":
        await lane.step(kind, **params)
    for end in (".json", ".env", ".unit"):
        lane.folder(f"1-aaaaaaa{end}.new.4711").write_text("half")
    await lane.step(kind, way="undo", **params)
    assert names_in(lane.folder("1-aaaaaaa").parent, "*.new.*") == set()


async def test_without_a_service_there_is_no_unit(lane):
    lane.build("1-aaaaaaa")
    await lane.step("stage_release", **{**lane.staged("1-aaaaaaa"), "service": None})
    assert names_in(lane.folder("1-aaaaaaa").parent, "*.unit") == set()
    await lane.step("switch_release", release="1-aaaaaaa")
    assert lane.current() == "releases/1-aaaaaaa"
    await lane.step("switch_release", way="undo", release="1-aaaaaaa")
    assert lane.current() is None


async def test_what_a_unit_of_ones_own_gets_is_its_environment(lane):
    lane.build("1-aaaaaaa")
    params = lane.staged("1-aaaaaaa", GREETING="hello")
    own = msgspec.structs.replace(params["service"], manager="systemd", own_unit=True, name="shop.service")
    await lane.step("stage_release", **{**params, "service": own})
    folder = lane.folder("1-aaaaaaa")
    lines = folder.with_name("1-aaaaaaa.unit").read_text(encoding="utf-8").splitlines()
    assert lines[1:] == ["[Service]", f"EnvironmentFile={folder}.env"]


async def test_a_release_that_was_live_before_gets_todays_values_and_names_them(lane):
    lane.site.references["TOKEN"] = "old"
    await lane.release("1-aaaaaaa", TOKEN="${TOKEN}", SAME="x")
    before = await contents(lane)
    lane.site.references["TOKEN"] = "new"
    params = lane.staged("1-aaaaaaa", TOKEN="${TOKEN}", SAME="x")
    for _ in range(2):
        await lane.step("refresh_release", **params)
    env = await env_file.read(lane.host, layout.env_path(lane.app_path, "1-aaaaaaa"))
    assert env["TOKEN"].reveal() == "new"
    assert lane.site.said[0] == "changed since 1-aaaaaaa was live: TOKEN"
    for _ in range(2):
        await lane.step("refresh_release", way="undo", **params)
        assert await contents(lane) == before


async def contents(lane):
    paths = (layout.manifest_path, layout.env_path, layout.unit_path)
    return [await lane.host.read_text(path(lane.app_path, "1-aaaaaaa")) for path in paths]


async def test_a_refreshed_manifest_keeps_what_the_release_is(lane):
    await lane.release("1-aaaaaaa")
    before = msgspec.json.decode((await contents(lane))[0], type=Release)
    await lane.step("refresh_release", **lane.staged("1-aaaaaaa"))
    after = msgspec.json.decode((await contents(lane))[0], type=Release)
    assert after == before
