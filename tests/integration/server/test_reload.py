"""SIGHUP: a good new file is in force, a bad one changes nothing."""

import asyncio
import os
import signal

import pytest

from fraisier.config import FraisierConfig
from fraisier.database import Database
from tests.support.door import CONFIG, opened, push


async def reloaded(door, said):
    os.kill(os.getpid(), signal.SIGHUP)
    async with asyncio.timeout(20):
        return await door.said(said)


@pytest.fixture
async def door(settings, tmp_path):
    with Database(tmp_path / "fraisier.db") as database:
        async with opened(settings, database) as found:
            yield found


async def test_a_new_file_a_new_secret_and_a_new_branch(door, tmp_path, monkeypatch):
    new = CONFIG.format(folder=tmp_path).replace("main: {fraise", "next: {fraise")
    (tmp_path / "fraises.yaml").write_text(new)
    monkeypatch.setenv("FRAISIER_WEBHOOK_SECRET", "another secret")
    assert (await door.send(push())).status_code == 202
    await reloaded(door, "fraises.yaml is in force now.")
    assert (await door.send(push(ref="refs/heads/next"))).status_code == 401
    assert (await door.send(push(ref="refs/heads/next"), secret="another secret")).status_code == 202
    assert door.watcher.config.get_fraise_for_branch("next").fraise == "api"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("fraises: {api: {tpye: api}}\n", "fraises.yaml:1:17"),
        ("]", "is not YAML"),
        ("git: {github: {webhook_secret: '${NOBODY_SET_THIS}'}}\nfraises: {}\n", "NOBODY_SET_THIS"),
        (None, "fraises.yaml"),
    ],
)
async def test_a_bad_new_file_keeps_the_old_one(door, tmp_path, text, says):
    if text is None:
        (tmp_path / "fraises.yaml").unlink()
    else:
        (tmp_path / "fraises.yaml").write_text(text)
    told = await reloaded(door, "The old configuration stays in force.")
    assert says in told
    assert (await door.send(push())).status_code == 202
    assert not hasattr(door.watcher, "config")


async def test_what_needs_a_restart_is_said(door, tmp_path):
    (tmp_path / "fraises.yaml").write_text(
        CONFIG.format(folder=tmp_path) + "database: {path: /tmp/other.db}\n"
    )
    assert "its state after a restart" in await reloaded(door, "is in force now")
    assert "its state after a restart" in await reloaded(door, "is in force now")


def test_the_path_is_read_as_it_was_found(settings):
    assert FraisierConfig(settings.path).path == settings.path
