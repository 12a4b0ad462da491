"""A configuration, and a real server that serves it."""

import pytest

from fraisier.config import FraisierConfig
from fraisier.database import Database
from tests.support.door import CONFIG, SECRET, opened


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """A configuration read from a file, its secret in the environment."""
    monkeypatch.setenv("FRAISIER_WEBHOOK_SECRET", SECRET)
    monkeypatch.delenv("FRAISIER_GIT_PROVIDER", raising=False)
    (tmp_path / "fraises.yaml").write_text(CONFIG.format(folder=tmp_path))
    return FraisierConfig(tmp_path / "fraises.yaml")


@pytest.fixture
async def door(settings, tmp_path):
    with Database(tmp_path / "fraisier.db") as database:
        database.call("fn_return_orphans")
        async with opened(settings, database) as found:
            yield found
