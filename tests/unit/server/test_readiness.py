"""What `/ready` asks, and what decides."""

import asyncio

from fraisier.server import readiness
from fraisier.server.readiness import Readiness


async def test_only_what_is_needed_decides():
    ready = Readiness()
    ready.add("database", lambda: True)
    ready.add("nats", lambda: False, needed=False)
    assert await ready.look() == (True, {"database": True, "nats": False})
    ready.add("observer", lambda: False)
    assert await ready.look() == (False, {"database": True, "nats": False, "observer": False})


async def test_a_part_that_does_not_answer_is_not_ready(monkeypatch):
    monkeypatch.setattr(readiness, "PATIENCE", 0.05)
    ready = Readiness()

    async def never():
        await asyncio.Event().wait()
        return True

    async def well():
        return True

    ready.add("one", never)
    ready.add("two", well)
    assert await ready.look() == (False, {"one": False, "two": True})
