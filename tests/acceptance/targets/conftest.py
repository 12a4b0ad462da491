"""One shop for each target. What a target needs is brought up once for each worker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.targets.kinds import opened, params
from tests.hosts.engine import Engine, docker_on
from tests.hosts.fleet import hosts
from tests.hosts.machine import Machine
from tests.hosts.needs import Missing
from tests.hosts.shell import Failed
from tests.support.shop import Shop


@pytest.fixture(scope="session")
def fleet() -> Iterator[list[Machine]]:
    """Real hosts with systemd and sshd. Where they cannot come up: a failure in CI, one line elsewhere."""
    try:
        with hosts(3) as machines:
            yield machines
    except (Missing, Failed) as missing:
        pytest.skip(str(missing).partition("\n")[0])


@pytest.fixture(scope="session")
def docker_host(fleet: list[Machine]) -> Iterator[tuple[Machine, Engine]]:
    """One of these hosts has a Docker engine."""
    try:
        with docker_on(fleet[0]) as engine:
            yield fleet[0], engine
    except (Missing, Failed) as missing:
        pytest.skip(str(missing).partition("\n")[0])


@pytest.fixture(params=params())
def shop(request: pytest.FixtureRequest, tmp_path: Path, short_folder: Path) -> Iterator[Shop]:
    """A shop with one environment, production, on this target, and nothing committed or deployed yet."""
    with opened(request.param, request, tmp_path, short_folder) as made:
        yield made
