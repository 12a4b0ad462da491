"""Ties tests to the rows of docs/features.md: unknown ids are refused, outcomes are kept for `make features`."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scripts.feature_table import features
from tests.support.skipping import pytest_runtest_makereport

__all__ = ["pytest_runtest_makereport"]

if TYPE_CHECKING:
    from tests.hosts.engine import Engine


LONG = 500
"""Seconds; tests that may take longer begin first, so that no worker is left alone with one at the end."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("features")
    group.addoption("--record-features", metavar="FILE", help="keep the outcome of every marked test here")
    group.addoption("--collect-features", metavar="FILE", help="write which tests carry which ids here")


def feature_ids(item: pytest.Item) -> list[str]:
    return [id_ for mark in item.iter_markers("feature") for id_ in mark.args]


def allowed(item: pytest.Item) -> float:
    """How many seconds it may take; 0 where only the usual timeout says so."""
    mark = item.get_closest_marker("timeout")
    return float(mark.args[0]) if mark else 0.0


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    known = features()
    marked = {item.nodeid: feature_ids(item) for item in items}
    if unknown := [f"{test}: {id_}" for test, ids in marked.items() for id_ in ids if id_ not in known]:
        raise pytest.UsageError("not a row of docs/features.md: " + ", ".join(unknown))
    for item in items:
        item.user_properties += [("feature", id_) for id_ in marked[item.nodeid]]
    items.sort(key=lambda item: allowed(item) <= LONG)
    if path := config.getoption("--collect-features"):
        by_id = {id_: [test for test, ids in marked.items() if id_ in ids] for id_ in known}
        Path(path).write_text(json.dumps(by_id), encoding="utf-8")


class Recorder:
    """Keeps how each marked test ended. Under xdist it listens where all reports arrive."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.outcomes: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if any(name == "feature" for name, _ in report.user_properties) and (
            report.when == "call" or not report.passed
        ):
            self.outcomes[report.nodeid] = report.outcome

    def pytest_sessionfinish(self) -> None:
        record = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "commit": commit(),
            "tests": self.outcomes,
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(record, indent=1), encoding="utf-8")


def commit() -> str:
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--exclude=*"], capture_output=True, text=True, check=False
    )
    return described.stdout.strip() or "unknown"


def pytest_configure(config: pytest.Config) -> None:
    path = config.getoption("--record-features")
    if path and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder(Path(path)))


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """A Docker engine of this worker's own."""
    from tests.hosts.engine import docker_engine
    from tests.hosts.needs import Missing
    from tests.hosts.shell import Failed

    try:
        with docker_engine() as made:
            yield made
    except (Missing, Failed) as missing:
        pytest.skip(str(missing).partition("\n")[0])


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A private folder with a path short enough for Unix sockets (about 107 bytes)."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="fr-", dir="/tmp") as folder:
        yield Path(folder)
