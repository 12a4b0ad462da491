"""`fraisier serve` as a unit of the host: what it deploys lives beside it, not in it."""

import pytest

from tests.support import github
from tests.support.processes import until
from tests.support.shop import SECRET

pytestmark = [pytest.mark.systemd, pytest.mark.timeout(400)]


def pushed(shop, before, after):
    return github.push(clone_url=str(shop.repository.origin), before=before, after=after)


@pytest.mark.parametrize("manager", ["systemd", "supervisor"])
def test_a_push_deploys_a_service_that_outlives_the_server(shop, manager):
    shop.configure_webhook(service={"manager": manager})
    sha = shop.commit()
    with shop.serving() as address:
        assert github.send(address, pushed(shop, "0" * 40, sha), secret=SECRET).status == 202
        assert until(lambda: shop.statuses() == ["success"], 30)
        pid = shop.about()["pid"]
        assert shop.serve_unit not in shop.host.ask("cat", f"/proc/{pid}/cgroup")
    assert shop.shown("ActiveState", shop.serve_unit) == "inactive"
    assert (shop.about()["pid"], shop.live_version()) == (pid, sha)
