"""What strangers send by the thousand: nothing of it is accepted, and nothing of it breaks the server.

`make bench` sends a hundred thousand; FRAISIER_SEED repeats a run.
"""

import asyncio
import os
import sys
import uuid
from itertools import islice

import pytest

from fraisier.config import FraisierConfig
from fraisier.database import Database
from tests.support.door import CONFIG, SECRET, opened
from tests.support.forgeries import forgeries

SEED = os.environ.get("FRAISIER_SEED") or uuid.uuid4().hex[:8]
COUNT = 250


@pytest.fixture
async def door(tmp_path, monkeypatch):
    monkeypatch.setenv("FRAISIER_WEBHOOK_SECRET", SECRET)
    monkeypatch.delenv("FRAISIER_GIT_PROVIDER", raising=False)
    (tmp_path / "fraises.yaml").write_text(CONFIG.format(folder=tmp_path))
    with Database(tmp_path / "fraisier.db") as database:
        database.call("fn_return_orphans")
        async with opened(FraisierConfig(tmp_path / "fraises.yaml"), database) as found:
            yield found


@pytest.mark.feature("HOOK-07")
async def test_no_forgery_is_accepted(door):
    for number, (path, headers, body) in enumerate(islice(forgeries(SEED, SECRET), COUNT)):
        answer = await door.client.post(path, content=body, headers=headers)
        assert 400 <= answer.status_code < 500, (SEED, number, path, headers, answer.text)
    assert door.requests == []
    assert {event["outcome"] for event in door.events} == {"refused"}


async def test_whatever_the_document_allows_is_answered_without_an_error_of_ours(door):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "schemathesis.cli", "run", f"{door.url}/openapi.json",
        "--checks", "not_a_server_error,status_code_conformance", "--max-examples", "10", "--seed", str(int(SEED[:6], 16)),
        "--generation-database", "none", "--no-color",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    async with asyncio.timeout(100):
        told = (await process.communicate())[0].decode()
    assert process.returncode == 0, told
    assert "Operations" in told or "operations" in told
    assert door.requests == []
