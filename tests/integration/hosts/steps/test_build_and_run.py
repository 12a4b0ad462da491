from __future__ import annotations

import pytest

from fraisier.errors import CommandFailed, StepFailed
from fraisier.hosts import layout
from fraisier.model.step import NotUndone, Skip
from tests.support.lane import written


async def test_a_release_without_a_build_script_is_not_built(lane):
    lane.build("1-aaaaaaa")
    assert await lane.step("build_release", release="1-aaaaaaa") == Skip("no build.sh")


@pytest.mark.parametrize("mode", [0o644, 0o755])
async def test_the_build_script_runs_in_the_release_with_its_environment(lane, mode):
    lane.site.references["TOKEN"] = "it's\nhush"
    script = lane.build("1-aaaaaaa") / "build.sh"
    script.write_text('#!/bin/sh\nprintf "%s" "$TOKEN" > built\n')
    script.chmod(mode)
    await lane.step("build_release", release="1-aaaaaaa", env_vars={"TOKEN": "${TOKEN}"})
    assert written(lane.folder("1-aaaaaaa") / "built") == "it's\nhush"


async def test_a_failing_build_shows_its_last_lines(lane):
    lane.build("1-aaaaaaa")
    argv = ["sh", "-c", "i=0; while [ $i -lt 40 ]; do i=$((i+1)); echo line $i; done; exit 7"]
    with pytest.raises(CommandFailed) as failure:
        await lane.step("build_release", release="1-aaaaaaa", argv=argv)
    assert "exit code 7" in failure.value.message
    assert "line 40" in failure.value.message
    assert "line 20\n" not in failure.value.message
    assert str(lane.folder("1-aaaaaaa")) in failure.value.message


async def test_a_build_that_hangs_ends_at_its_deadline(lane):
    lane.build("1-aaaaaaa")
    with pytest.raises(CommandFailed, match=r"not done after 0\.2 s"):
        await lane.step("build_release", release="1-aaaaaaa", argv=["sleep", "600"], deadline=0.2)


async def test_a_command_sees_what_the_release_will_see(lane):
    await lane.release("1-aaaaaaa", TOKEN="a\r\n'b\"")
    argv = ["sh", "-c", 'printf "%s" "$TOKEN" > seen']
    await lane.step("run_in_release", release="1-aaaaaaa", what="migration", argv=argv)
    assert (lane.folder("1-aaaaaaa") / "seen").read_bytes() == b"a\r\n'b\""


async def test_a_command_is_undone_by_its_own_command(lane):
    await lane.release("1-aaaaaaa")
    params = {"release": "1-aaaaaaa", "what": "migration", "argv": ["true"], "stays": "a table"}
    undone = await lane.step(
        "run_in_release", way="undo", **params, undo_argv=["sh", "-c", "echo $FRAISIER_VERSION > undone"]
    )
    assert undone is None
    assert written(lane.folder("1-aaaaaaa") / "undone") == "1-aaaaaaa\n"
    with pytest.raises(CommandFailed, match="Undoing the migration"):
        await lane.step("run_in_release", way="undo", **params, undo_argv=["false"])


async def test_without_one_it_says_what_stays_behind(lane):
    params = {"release": "1-aaaaaaa", "argv": ["true"]}
    stays = await lane.step(
        "run_in_release", way="undo", **params, what="migration", stays="a table", how="drop it"
    )
    assert stays == NotUndone(what="a table", how="drop it")
    assert await lane.step("run_in_release", way="undo", **params, what="backup") is None


async def test_an_environment_changed_by_hand_is_not_guessed_at(lane):
    await lane.release("1-aaaaaaa")
    path = layout.env_path(lane.app_path, "1-aaaaaaa")
    await lane.host.run(lane_write(path, "TOKEN=hush\n"))
    with pytest.raises(StepFailed, match="line 1") as failure:
        await lane.step("run_in_release", release="1-aaaaaaa", what="backup", argv=["true"])
    assert path in failure.value.message
    assert "hush" not in failure.value.message


def lane_write(path, text):
    from fraisier.hosts import files

    return files.write(path, text)
