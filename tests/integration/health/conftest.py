"""A lane on a fenced host of this machine, for services that are well, sick, dying, or not the ones that answer."""

import pytest

from fraisier.hosts.fenced import open_host, open_reader
from fraisier.model.host import Fence
from fraisier.transport.local import Local
from fraisier.transport.redaction import Redactor
from tests.support import processes
from tests.support.lane import Lane, Site


@pytest.fixture
async def lane(tmp_path):
    fence = Fence(
        installation_id="0badcafe-test", lane="shop/test", token=1, folder=str(tmp_path / "app" / ".fraisier")
    )
    try:
        async with open_host(Local(), fence, Redactor()) as host:
            yield Lane(host, tmp_path)
    finally:
        processes.end(processes.belonging_to(tmp_path))


@pytest.fixture
async def site():
    """This machine, only for looking."""
    async with open_reader(Local(), Redactor()) as host:
        yield Site(host)
