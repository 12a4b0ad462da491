"""Prometheus itself, from Debian's package."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import debian


@pytest.fixture(scope="session")
def prometheus() -> Path:
    """The folder with `prometheus` and `promtool`."""
    try:
        return debian.unpacked("prometheus", debian.PROMETHEUS) / "usr" / "bin"
    except debian.Absent as absent:
        pytest.skip(str(absent))
