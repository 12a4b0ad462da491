"""In CI a test that is skipped has failed: a right, a tool or a package is missing on that machine.

The one exception says so itself: `@pytest.mark.beside("what data")`, for data that lies beside the project.
"""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    allowed = item.get_closest_marker("beside") is not None or hasattr(report, "wasxfail")
    if report.skipped and not allowed and os.environ.get("CI") == "true":
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and CI must be able to run it: {why}"
    return report
