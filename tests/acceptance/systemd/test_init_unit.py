"""The unit of `fraisier init --systemd`: systemd takes it, it is locked in, and it deploys."""

import pytest

from tests.support import github
from tests.support.processes import until
from tests.support.shop import SECRET, answers

pytestmark = [pytest.mark.systemd, pytest.mark.timeout(400)]
UNIT = "fraisier-webhook.service"


@pytest.fixture
def unit(shop):
    shop.configure_webhook(service={"manager": "systemd"})
    told = {"FRAISIER_HOST": shop.host.address, "FRAISIER_PORT": str(shop.port("serve"))}
    made = shop.run("init", "--systemd", env=told)
    assert made.exit_code == 0, made
    try:
        yield f"/etc/systemd/system/{UNIT}"
    finally:
        shop.systemctl("disable", "--now", "--quiet", UNIT)
        shop.host.ask("rm", f"/etc/systemd/system/{UNIT}")
        shop.systemctl("daemon-reload")


@pytest.mark.feature("ETC-09")
def test_it_is_good_is_locked_in_and_deploys(shop, unit):
    verified = shop.host.run("systemd-analyze", "verify", unit)
    assert (verified.returncode, verified.stdout, verified.stderr) == (0, "", "")
    shop.systemctl("daemon-reload")
    shop.systemctl("enable", "--quiet", "--now", UNIT)
    address = f"http://{shop.host.address}:{shop.port('serve')}"
    assert until(lambda: answers(f"{address}/health"), 30), shop.journal(UNIT)
    rating = shop.host.run("systemd-analyze", "security", "--no-pager", "--threshold=50", UNIT)
    assert (rating.returncode, " OK " in rating.stdout.splitlines()[-1]) == (0, True), rating.stdout
    sha = shop.commit()
    payload = github.push(clone_url=str(shop.repository.origin), before="0" * 40, after=sha)
    assert github.send(address, payload, secret=SECRET).status == 202
    assert until(lambda: shop.statuses() == ["success"], 60), shop.journal(UNIT)
    assert shop.live_version() == sha
    shop.systemctl("reload", UNIT)
    assert until(lambda: "is in force now" in shop.journal(UNIT), 20)
    assert answers(f"{address}/health")
