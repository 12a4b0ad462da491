"""Shops whose processes die."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.lane import Lane
from tests.chaos.tree import TreeLane


@pytest.fixture
def lane(tmp_path: Path, short_folder: Path) -> Iterator[Lane]:
    """A lane with nothing deployed."""
    made = Lane(tmp_path, short_folder)
    try:
        yield made
    finally:
        made.shop.close()


class Lanes:
    """Lanes with a first version live, kept from one test to the next: after each they must be well."""

    def __init__(self, root: Path, short: Path) -> None:
        self._root, self._short = root, short
        self._kept: dict[str, Lane] = {}
        self._made = 0

    def get(self, name: str, versions: int = 1, kind: type[Lane] = Lane) -> Lane:
        if name not in self._kept:
            self._made += 1
            long, short = (folder / f"{name}-{self._made}" for folder in (self._root, self._short))
            long.mkdir()
            short.mkdir(mode=0o700)
            lane = self._kept[name] = kind(long, short)
            for _ in range(versions):
                lane.shop.commit()
                assert lane.shop.deploy()["status"] == "success"
        return self._kept[name]

    def give_up(self, name: str) -> None:
        self._kept.pop(name).shop.close()

    def close(self) -> None:
        for name in list(self._kept):
            self.give_up(name)


@pytest.fixture(scope="session")
def lanes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lanes]:
    with tempfile.TemporaryDirectory(prefix="fr-", dir="/tmp") as short:
        kept = Lanes(tmp_path_factory.mktemp("lanes"), Path(short))
        try:
            yield kept
        finally:
            kept.close()


@pytest.fixture
def used_lane(lanes: Lanes, request: pytest.FixtureRequest) -> Iterator[Lane]:
    """A lane with an old version live."""
    yield from kept(lanes, "used", 1, request)


@pytest.fixture
def lane_with_a_past(lanes: Lanes, request: pytest.FixtureRequest) -> Iterator[Lane]:
    """A lane with two releases, of which one is live."""
    yield from kept(lanes, "past", 2, request)


@pytest.fixture
def tree_lane(lanes: Lanes, request: pytest.FixtureRequest) -> Iterator[Lane]:
    """A work tree that is used in place, with an old version live."""
    yield from kept(lanes, "tree", 1, request, TreeLane)


def kept(
    lanes: Lanes, name: str, versions: int, request: pytest.FixtureRequest, kind: type[Lane] = Lane
) -> Iterator[Lane]:
    """What a failed test has used is not used again."""
    failed = request.session.testsfailed
    yield lanes.get(name, versions, kind)
    if request.session.testsfailed > failed:
        lanes.give_up(name)
