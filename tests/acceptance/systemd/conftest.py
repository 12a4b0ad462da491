"""A real host with systemd on this machine; each worker of pytest-xdist has one of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hosts.fleet import hosts
from tests.hosts.machine import Machine
from tests.hosts.needs import Missing
from tests.hosts.shell import Failed
from tests.support.host_shop import HostShop


@pytest.fixture(scope="session")
def host() -> Iterator[Machine]:
    try:
        with hosts(1) as [machine]:
            yield machine
    except (Missing, Failed) as missing:
        pytest.skip(str(missing).partition("\n")[0])


@pytest.fixture
def shop(host: Machine, request: pytest.FixtureRequest) -> Iterator[HostShop]:
    """A shop on that host with one environment, production, and nothing committed or deployed yet."""
    folder = host.shared / f"{len(list(host.shared.iterdir())):03}"
    folder.mkdir()
    made = HostShop(folder, host)
    try:
        yield made
    finally:
        made.close()
