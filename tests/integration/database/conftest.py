from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.lanes import Lanes, StillClock


@pytest.fixture
def lanes(tmp_path: Path) -> Iterator[Lanes]:
    made = Lanes(tmp_path / "state" / "fraisier.db", StillClock(time.time()))
    yield made
    made.database.close()
