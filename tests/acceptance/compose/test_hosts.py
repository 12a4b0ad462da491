"""Containers on several hosts behind SSH, each with an engine of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.hosts.engine import docker_on
from tests.hosts.fleet import hosts
from tests.hosts.needs import Missing
from tests.hosts.shell import Failed
from tests.support.compose_shop import SshComposeShop

pytestmark = [pytest.mark.docker, pytest.mark.timeout(400)]


@pytest.fixture
def shop(tmp_path: Path, short_folder: Path) -> Iterator[SshComposeShop]:
    with ExitStack() as stack:
        try:
            machines = stack.enter_context(hosts(2))
            engines = [stack.enter_context(docker_on(machine)) for machine in machines]
        except (Missing, Failed) as missing:
            if os.environ.get("CI") == "true":
                raise
            pytest.skip(str(missing).partition("\n")[0])
        made = SshComposeShop(tmp_path, short_folder, machines, engines)
        try:
            yield made
        finally:
            made.close()


@pytest.mark.feature("PRV-04")
def test_every_host_runs_the_new_version_or_every_host_the_old_one(shop):
    good = shop.commit()
    answer = shop.deploy()
    assert answer["status"] == "success", answer
    assert shop.live_versions() == [good, good]
    shop.commit("sick")
    answer = shop.deploy()
    assert answer["status"] == "rolled_back", answer
    assert shop.live_versions() == [good, good]
