"""A new version must prove that it is well, in the ways that fraises.yaml describes."""

import socket

import pytest


def failed(shop):
    """Deploys a first version that is not well; what the error says."""
    answer = shop.deploy()
    assert answer["status"] == "failed"
    return answer["error"]["message"]


def check_of(shop, **settings):
    return {"url": f"http://127.0.0.1:{shop.port()}/health", "timeout": 2, "retries": 0, **settings}


@pytest.mark.feature("HLT-05")
def test_retries_and_the_delay_between_them(shop):
    shop.commit("slow")
    shop.configure(health_check=check_of(shop, retries=30, retry_delay=0.2))
    assert shop.deploy()["status"] == "success"


@pytest.mark.feature("HLT-05")
def test_retries_come_to_an_end(shop):
    shop.commit("sick")
    shop.configure(health_check=check_of(shop, retries=2, retry_delay=0.1))
    assert "not well: 3 attempts in" in failed(shop)


@pytest.mark.feature("HLT-06")
@pytest.mark.parametrize("patience", [{"start_period": 20}, {"initial_delay": 3}])
def test_a_slow_start_is_no_failure(shop, patience):
    shop.commit("slow")
    shop.configure(health_check=check_of(shop, **patience))
    assert shop.deploy()["status"] == "success"


def test_a_slow_start_without_patience_is_one(shop):
    shop.commit("slow")
    shop.configure(health_check=check_of(shop))
    assert "connection refused" in failed(shop)


@pytest.mark.feature("HLT-07")
def test_a_disabled_check_is_skipped_never_passed(shop):
    shop.commit("sick")
    shop.configure(health_check=check_of(shop, enabled=False))
    result = shop.run("deploy", "shop", "production")
    assert result.exit_code == 0
    lines = [line.lower() for line in result.output.splitlines() if "health" in line.lower()]
    assert any("skipped" in line for line in lines), result.output
    assert not any("passed" in line for line in lines), result.output


@pytest.mark.feature("HLT-08")
@pytest.mark.parametrize(("second", "passes"), [(200, True), (204, False)])
def test_all_of_a_list_must_pass(shop, second, passes):
    shop.commit()
    good = check_of(shop, retries=10, retry_delay=0.2)
    shop.configure(health_check=[good, good | {"expected_status": second, "retries": 0}])
    if passes:
        assert shop.deploy()["status"] == "success"
    else:
        assert "the last one: status 200" in failed(shop)


@pytest.mark.feature("HLT-10")
def test_an_attempt_takes_five_seconds_at_most(shop):
    shop.commit()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        shop.configure(health_check=check_of(shop, url=f"http://127.0.0.1:{port}/", timeout=None))
        assert "no answer within 5 s" in failed(shop)


def test_no_check_is_said_aloud(shop):
    shop.commit()
    shop.configure(health_check=None)
    result = shop.run("deploy", "shop", "production")
    assert result.exit_code == 0
    assert "no health check is configured: the process must stay up for 2 s" in result.output
