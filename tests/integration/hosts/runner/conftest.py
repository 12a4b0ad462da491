from __future__ import annotations

import pytest

from tests.support import processes
from tests.support.fenced import Fenced


@pytest.fixture
def fenced(tmp_path):
    fenced = Fenced(tmp_path / "fence")
    yield fenced
    processes.end(fenced.running())
