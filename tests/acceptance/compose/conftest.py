"""A real engine on this machine; each worker of pytest-xdist has one of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hosts.engine import Engine
from tests.support.compose_shop import ComposeShop


@pytest.fixture
def shop(engine: Engine, tmp_path: Path, short_folder: Path) -> Iterator[ComposeShop]:
    """A shop with one environment, production, and nothing committed or deployed yet."""
    made = ComposeShop(tmp_path, short_folder, engine)
    try:
        yield made
    finally:
        made.close()
