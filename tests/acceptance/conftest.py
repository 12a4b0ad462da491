"""Every test here drives the installed command against a real service in a real repository."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.shop import Shop


@pytest.fixture
def shop(tmp_path: Path, short_folder: Path) -> Iterator[Shop]:
    """A shop with one environment, production, and nothing committed or deployed yet."""
    made = Shop(tmp_path, short_folder)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def quick(shop: Shop) -> Shop:
    """A shop whose owners are told within a second."""
    shop.env["FRAISIER_LEASE_SECONDS"] = "3"
    return shop
