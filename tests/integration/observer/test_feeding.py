"""Telling what happens, beside a server: what ends it is told, and ends nothing else."""

import asyncio

import pytest

from fraisier.config import FraisierConfig
from fraisier.database import Database
from fraisier.observer import feeding as module
from fraisier.observer.feeding import Feeding


@pytest.fixture
def database(tmp_path):
    with Database(tmp_path / "fraisier.db") as made:
        yield made


@pytest.mark.feature("EVT-01")
async def test_a_bug_is_logged_and_makes_the_events_unready(database, tmp_path, monkeypatch, caplog):
    file = tmp_path / "fraises.yaml"
    file.write_text("fraises: {}\nnats: {enabled: false}\n")
    feeding = Feeding(FraisierConfig(str(file)), database, serves=True)
    assert await feeding.is_keeping_up()
    monkeypatch.setattr(module, "stream_access", lambda *_: {}["a bug"])

    async def serving():
        async with asyncio.timeout(20):
            while await feeding.is_keeping_up():  # noqa: ASYNC110 - it asks the database, as /ready does
                await asyncio.sleep(0.01)
        return "served"

    await feeding.beside(serving())
    assert "events are not relayed by this process" in caplog.text
    assert "KeyError: 'a bug'" in caplog.text
