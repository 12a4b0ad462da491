"""One installation, and of it the newest token, may change a lane; what an older token left running is ended."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time

import pytest

from fraisier.errors import FenceRefused, StepFailed
from fraisier.hosts.connection import Answered, Connection, ConnectionEnded
from fraisier.hosts.reader import described
from fraisier.model.command import command
from tests.integration.hosts.runner.test_effects import family, waiting
from tests.support.fenced import until


async def test_an_older_token_is_refused(fenced, tmp_path):
    async with fenced.host(5) as newer, fenced.host(4) as older:
        await newer.run(command("true"))
        with pytest.raises(FenceRefused, match="token 5") as refused:
            await older.run(command("touch", str(tmp_path / "touched")))
        with pytest.raises(FenceRefused):
            await older.raise_fence()
    assert refused.value.exit_code == 3
    assert not (tmp_path / "touched").exists()


async def test_another_installation_is_refused_and_told_how_to_adopt(fenced, tmp_path):
    async with fenced.host(5) as ours, fenced.host(6, installation="there") as theirs:
        await ours.run(command("true"))
        with pytest.raises(FenceRefused, match=r"\(here\).*fraisier fence adopt"):
            await theirs.run(command("touch", str(tmp_path / "touched")))
    assert not (tmp_path / "touched").exists()
    assert json.loads((fenced.folder / "fence.json").read_text())["token"] == 5


async def test_a_fence_nobody_can_read_is_not_taken_for_none(fenced):
    async with fenced.host(5) as host:
        await host.run(command("true"))
        (fenced.folder / "fence.json").write_text("{")
        with pytest.raises(StepFailed, match="damaged"):
            await host.run(command("true"))


@pytest.mark.parametrize("connected", [True, False])
async def test_a_new_token_ends_the_family_of_an_older_one(fenced, tmp_path, connected):
    old = Connection(await fenced.way.open())
    await old.start()
    what = described(command(*family(fenced, tmp_path / "ready"), deadline=60), fenced.redactor)
    fence = {"installation_id": "here", "lane": "shop/production", "token": 1, "folder": str(fenced.folder)}
    running = asyncio.create_task(old.ask({"do": "run", "fence": fence, "effect": "build", **what}))
    await until((tmp_path / "ready").exists)
    await until(lambda: len(fenced.running()) >= 3)
    if not connected:
        fenced.way.cut()
    begin = time.monotonic()
    async with fenced.host(2) as new:
        result = await new.run(command("echo", "alone"))
        assert fenced.running() == []
    assert result.output == "alone\n"
    assert 2 <= time.monotonic() - begin < 5, "they were asked first"
    with pytest.raises(Answered if connected else ConnectionEnded):
        await running
    await old.close()


async def test_a_new_token_ends_what_lost_its_supervisor(fenced, tmp_path):
    async with fenced.host(1) as old:
        running = asyncio.create_task(old.run(waiting(fenced, tmp_path)))
        await until((tmp_path / "runs").exists)
        os.kill(fenced.way.pids[0], signal.SIGSTOP)
        os.kill(fenced.supervisor(1, "effect-1"), signal.SIGKILL)
        assert fenced.running()
        async with fenced.host(2) as new:
            await new.raise_fence()
            assert fenced.running() == []
        os.kill(fenced.way.pids[0], signal.SIGCONT)
        with pytest.raises(StepFailed):
            await running


async def test_a_worker_that_slept_through_a_takeover_changes_nothing(fenced, tmp_path):
    async with fenced.host(1) as old:
        await old.run(command("true"))
        os.kill(fenced.way.pids[0], signal.SIGSTOP)
        asleep = asyncio.create_task(old.run(command("touch", str(tmp_path / "touched"))))
        async with fenced.host(2) as new:
            await new.run(command("true"))
        os.kill(fenced.way.pids[0], signal.SIGCONT)
        with pytest.raises(FenceRefused):
            await asleep
    assert not (tmp_path / "touched").exists()


async def test_a_process_that_only_got_the_number_of_an_old_one_is_left_alone(fenced):
    bystander = await asyncio.create_subprocess_exec("sleep", "60", start_new_session=True)
    try:
        async with fenced.host(1) as old:
            await old.run(command("true"))
        fenced.file(1, "effect-1.result").unlink()
        fenced.change(fenced.file(1, "effect-1.json"), pid=bystander.pid, started="1")
        async with fenced.host(2) as new:
            await new.raise_fence()
        assert bystander.returncode is None
    finally:
        bystander.kill()
        assert await bystander.wait() == -signal.SIGKILL


async def test_only_the_last_five_tokens_are_kept(fenced):
    for token in range(1, 10):
        async with fenced.host(token) as host:
            await host.run(command("true"))
    names = {file.name.partition(".")[0] for file in (fenced.folder / "effects").iterdir()}
    assert {int(name) for name in names if name.isdigit()} == {4, 5, 6, 7, 8, 9}


async def test_the_folder_is_for_its_owner_only(fenced):
    async with fenced.host(1) as host:
        await host.run(command("true"))
    assert fenced.folder.stat().st_mode & 0o777 == 0o700
    files = [path for path in fenced.folder.rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
