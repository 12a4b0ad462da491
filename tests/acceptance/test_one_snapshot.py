"""A deployment goes by the configuration with which it began, whatever becomes of the file meanwhile."""

import signal

import pytest

from tests.support.processes import until
from tests.support.running import observing, reached, running


@pytest.fixture
def building(shop):
    """v1 is live; v2 is being built until the file that is returned exists."""
    shop.env["FRAISIER_LEASE_SECONDS"] = "3"
    shop.commit()
    assert shop.deploy()["status"] == "success"
    go = shop.root / "go"
    shop.configure(
        build=["sh", "-c", f"while [ ! -e {go} ]; do sleep 0.02; done; cat label > built"],
        env_vars={"GREETING": "Hello"},
    )
    return go


def test_a_file_that_becomes_invalid_ends_no_deployment(shop, building):
    new = shop.commit()
    with running(shop, "deploy", "shop", "production", "--json") as owner:
        reached(shop, "build_release")
        shop.config.write_text("fraises: [\n", encoding="utf-8")
        building.touch()
        code, answer = owner.end()
    assert (code, answer["status"], shop.live_version()) == (0, "success", new)


def test_whoever_takes_over_goes_by_the_old_file_too(shop, building):
    """By the new one the service would be another, lie elsewhere, and be found sick."""
    building.touch()
    well = shop.root / "well"
    shop.configure(
        health_check={
            "url": None,
            "type": "command",
            "command": f"test -e {well}",
            "retries": 600,
            "retry_delay": 0.1,
        }
    )
    new = shop.commit()
    with running(shop, "deploy", "shop", "production", "--json") as owner:
        reached(shop, "check_health")
        owner.signal(signal.SIGKILL)
        owner.process.wait()
    well.touch()
    elsewhere = shop.root / "elsewhere"
    shop.configure(
        app_path=str(elsewhere), service={"command": ["false"]}, health_check={"url": "http://127.0.0.1:1/"}
    )
    with observing(shop):
        open_work = "SELECT 1 FROM tb_deployment WHERE status = 'in_progress'"
        assert until(lambda: shop.rows(open_work) == [], 60)
    [row] = shop.rows("SELECT * FROM tb_deployment WHERE pk_deployment = 2")
    assert (row["status"], row["takeovers"], shop.live_version()) == ("success", 1, new)
    assert not elsewhere.exists()
