"""The way to one machine, once nobody needs it any more."""

from __future__ import annotations

import asyncio

import pytest

from fraisier.errors import Unreachable
from fraisier.hosts.line import Line
from fraisier.hosts.reader import HostReader
from fraisier.model.command import command
from fraisier.transport.local import Local
from fraisier.transport.redaction import Redactor


class Counting(Local):
    """This machine; `held` keeps whoever opens it waiting."""

    def __init__(self):
        super().__init__()
        self.opened, self.begun, self.held = 0, asyncio.Event(), asyncio.Event()
        self.held.set()

    async def open(self):
        self.opened += 1
        self.begun.set()
        await self.held.wait()
        return await super().open()


async def test_who_still_asks_when_it_is_closed_opens_nothing_again(tmp_path):
    opener, redactor = Counting(), Redactor()
    line = Line(opener, redactor)
    begun = tmp_path / "begun"
    slow = command("sh", "-c", 'touch "$1"; sleep 60', "sh", str(begun))
    asking = asyncio.create_task(HostReader(line, redactor).look(slow))
    async with asyncio.timeout(20):
        while not begun.exists():
            await HostReader(line, redactor).list_folder(str(tmp_path))
        await line.close()
        with pytest.raises(Unreachable, match="does not answer"):
            await asking
    assert opener.opened == 1


async def test_what_is_being_opened_when_it_is_closed_does_not_stay_open():
    opener, redactor = Counting(), Redactor()
    opener.held.clear()
    line = Line(opener, redactor)
    asking = asyncio.create_task(HostReader(line, redactor).list_folder("/"))
    async with asyncio.timeout(20):
        await opener.begun.wait()
        await line.close()
        opener.held.set()
        with pytest.raises(Unreachable, match="nobody needs it"):
            await asking
    assert opener.opened == 1
