"""kill -9 at moments of deployments with Docker Compose; `make chaos` goes through every one of them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos import points
from tests.chaos.containers import FIRST, ROLLBACK, UPDATE, ContainerLane
from tests.chaos.test_kill_points import die_and_recover, the_history_tells
from tests.hosts.engine import Engine

pytestmark = [pytest.mark.docker, pytest.mark.timeout(400)]

BUSY_ENGINE = 120  # seconds; a quiet machine takes three
EVERY = [
    *(("update", at) for at in points.forward(UPDATE)),
    *(("sick update", at) for at in points.back(UPDATE)),
    *(("first", at) for at in points.forward(FIRST)),
    *(("sick first", at) for at in points.back(FIRST)),
    *(("rollback", at) for at in points.forward(ROLLBACK)),
]
CHOSEN = points.sample(EVERY)


@pytest.fixture(scope="module")
def lanes(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, ContainerLane]]:
    """Kept from one death to the next."""
    kept: dict[str, ContainerLane] = {}
    with tempfile.TemporaryDirectory(prefix="fr-", dir="/tmp") as short:
        for name, versions in {"update": 1, "rollback": 2}.items():
            Path(short, name).mkdir(mode=0o700)
            kept[name] = ContainerLane(tmp_path_factory.mktemp(name), Path(short, name), engine)
            for _ in range(versions):
                kept[name].shop.commit()
                assert kept[name].shop.deploy()["status"] == "success"
        yield kept
        for lane in kept.values():
            lane.shop.close()


@pytest.fixture
def new_lane(engine: Engine, tmp_path: Path, short_folder: Path) -> Iterator[ContainerLane]:
    made = ContainerLane(tmp_path, short_folder, engine)
    try:
        yield made
    finally:
        made.shop.close()


@pytest.mark.parametrize(("what", "at"), CHOSEN)
def test_whoever_comes_next_ends_it(request, what, at):
    first, sick = what.endswith("first"), what.startswith("sick")
    lane = request.getfixturevalue("new_lane") if first else _kept(request, what.removeprefix("sick "))
    old = lane.live()
    new = lane.other() if what == "rollback" else lane.shop.commit("sick" if sick else "ok")
    command = (
        ("rollback", "shop", "production", "--to", new)
        if what == "rollback"
        else ("deploy", "shop", "production")
    )
    die_and_recover(lane, at, *command, step=BUSY_ENGINE)
    row = lane.must_have_ended(new=new, old=old)
    if sick:
        assert (row["status"], lane.live()) == ("failed" if first else "rolled_back", old)
    the_history_tells(lane, at)


def _kept(request: pytest.FixtureRequest, name: str) -> ContainerLane:
    return request.getfixturevalue("lanes")[name]
