"""One observer and many lanes: all of them end, none waits for another, the limit is kept and shared fairly."""

from __future__ import annotations

import asyncio

import pytest

from fraisier.database import Database
from fraisier.observer.worker import Observer
from tests.support.paper import PAPER, PaperConfig
from tests.support.processes import until
from tests.support.repository import Repository


@pytest.fixture
def lanes(tmp_path, monkeypatch):
    monkeypatch.setenv("FRAISIER_WORK_DIR", str(tmp_path / "cache"))
    PAPER.clear()
    repository = Repository(tmp_path)
    repository.commit()
    database = Database(tmp_path / "fraisier.db")
    yield PaperConfig(str(repository.origin), str(tmp_path / "fences")), database
    database.close()


def ask(database, fraise, trigger="webhook"):
    database.call("fn_request_deployment", fraise=fraise, environment="production", trigger_type=trigger)


def statuses(database):
    return [row["status"] for row in database.get_recent_deployments(limit=1000)]


async def observe_until(observer, holds):
    """Run the observer until the condition holds, then stop it."""
    running = asyncio.create_task(observer.run())
    held = await asyncio.to_thread(until, holds, 60)
    observer.stop()
    await running
    assert held


async def test_fifty_lanes_at_once_none_waits_for_the_health_check_of_another(lanes):
    config, database = lanes
    everybody, asked = asyncio.Event(), set()

    async def together(fraise):
        """Well only when all fifty are asked at the same time."""
        asked.add(fraise)
        if len(asked) == 50:
            everybody.set()
        await everybody.wait()
        return True

    PAPER.ask = together
    for number in range(50):
        ask(database, f"f{number}")
    observer = Observer(config, database, slots=50)
    await observe_until(observer, lambda: statuses(database) == ["success"] * 50)
    assert statuses(database) == ["success"] * 50
    assert database.rows("locks") == []


async def test_never_more_at_once_than_allowed(lanes):
    config, database = lanes
    now, most = 0, 0

    async def counted(_fraise):
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.2)
        now -= 1
        return True

    PAPER.ask = counted
    for number in range(8):
        ask(database, f"f{number}")
    observer = Observer(config, database, slots=3)
    await observe_until(observer, lambda: statuses(database) == ["success"] * 8)
    assert most == 3


async def test_a_lane_that_is_pushed_to_again_and_again_does_not_starve_the_others(lanes):
    config, database = lanes
    order = []

    async def noisy(fraise):
        order.append(fraise)
        if fraise == "loud" and len(order) < 12:
            await asyncio.to_thread(ask, database, "loud")
        return True

    PAPER.ask = noisy
    ask(database, "loud")
    for number in range(3):
        ask(database, f"quiet{number}")
    observer = Observer(config, database, slots=1)
    await observe_until(observer, lambda: len([name for name in order if name != "loud"]) == 3)
    assert set(order[:4]) == {"loud", "quiet0", "quiet1", "quiet2"}


async def test_people_go_before_pushes(lanes):
    config, database = lanes
    order = []

    async def noted(fraise):
        order.append(fraise)
        return True

    PAPER.ask = noted
    ask(database, "pushed")
    ask(database, "asked", trigger="manual")
    observer = Observer(config, database, slots=1)
    await observe_until(observer, lambda: len(order) == 2)
    assert order == ["asked", "pushed"]
