"""Real engines: one on this machine for each worker of pytest-xdist, and one on each of two hosts behind SSH."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.hosts.engine import Engine, docker_on
from tests.hosts.fleet import hosts
from tests.hosts.machine import Machine
from tests.hosts.needs import Missing
from tests.hosts.shell import Failed
from tests.support.compose_shop import ComposeShop


@pytest.fixture
def shop(engine: Engine, tmp_path: Path, short_folder: Path) -> Iterator[ComposeShop]:
    """A shop with one environment, production, and nothing committed or deployed yet."""
    made = ComposeShop(tmp_path, short_folder, engine)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture(scope="package")
def docker_hosts() -> Iterator[list[tuple[Machine, Engine]]]:
    """Two hosts, each with an engine of its own. Where they cannot come up: a failure in CI, one line elsewhere."""
    with ExitStack() as stack:
        try:
            machines = stack.enter_context(hosts(2))
            engines = [stack.enter_context(docker_on(machine)) for machine in machines]
        except (Missing, Failed) as missing:
            pytest.skip(str(missing).partition("\n")[0])
        yield list(zip(machines, engines, strict=True))
