"""kill -9 at a sample of all moments of a deployment, on every target; then an observer starts.

`make test` tries twenty moments of each target, drawn by a seed; `make chaos` tries all of them.
"""

from __future__ import annotations

import pytest

from tests.acceptance.targets.kinds import params
from tests.chaos import points
from tests.chaos.state import open_work
from tests.chaos.victim import LEASE, die, planned, run
from tests.support.processes import until
from tests.support.shop import Shop

KILLED_BY_CHAOS = {"local", "compose"}  # at more moments than here, so `make test` need not do it twice
TARGETS = [one for one in params() if points.SAMPLE == "all" or one.id not in KILLED_BY_CHAOS]
SHARES = 8 if points.SAMPLE == "all" else 2  # for several workers; and one failure is not all of them


def moments(shop: Shop, share: int) -> list[tuple[str, str]]:
    """(mode of the new version, moment) of this share of all kill points, or of a sample of them."""
    one = planned(shop)
    every = [("ok", at) for at in points.forward(one)] + [("sick", at) for at in points.back(one)]
    return points.sample(every)[share::SHARES]


def is_well(shop: Shop, versions: set[str]) -> str | None:
    """Exactly one of these versions is live, everything has ended, nothing is half made, and everybody says so."""
    assert until(
        lambda: shop.status()["observed"]["reachable"], 60
    )  # which is said after 2 s of a busy machine, too
    live, seen = shop.live_version(), shop.status()
    assert live in versions, (live, seen)
    assert open_work(shop.database) == []
    assert (seen["lock"], seen["current_version"], seen["status"]) == (None, live, "healthy"), seen
    observed = seen["observed"]
    assert (observed["reachable"], observed["running"], observed["version"]) == (True, True, live), seen
    assert until(lambda: shop.left_over() == [], 10), shop.left_over()
    return live


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("shop", TARGETS, indirect=True)
@pytest.mark.parametrize("share", range(SHARES))
def test_a_killed_deployment_is_ended_by_an_observer(shop, share):
    shop.configure(health_check={"retries": 1, "retry_delay": 0.05})
    live = shop.commit()
    assert shop.deploy()["status"] == "success"
    for mode, at in moments(shop, share):
        new = shop.commit(mode)
        die(shop, at)
        code, said = run(shop, "recover", lease=LEASE)
        assert code == 0, (at, said)
        try:
            live = is_well(shop, {live, new} if mode == "ok" else {live})
        except AssertionError as failed:
            raise AssertionError(f"{mode} {at}: {failed}") from failed
