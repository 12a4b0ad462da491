"""`fraisier metrics`: an exporter that any process may be."""

import signal
import urllib.request

import pytest

from tests.support.running import running


def exported(one):
    """What the exporter says at the address it has printed."""
    url = one.process.stdout.readline().split()[-1]
    with urllib.request.urlopen(url, timeout=20) as answer:
        return answer.read().decode()


@pytest.mark.feature("CLI-32", "MET-02", "MET-03")
def test_the_exporter_tells_what_deployments_did(shop):
    shop.commit()
    shop.deploy()
    shop.commit("sick")
    shop.deploy()
    with running(shop, "metrics", "--address", "127.0.0.1", "--port", "0") as exporter:
        said = exported(exporter)
        exporter.signal(signal.SIGTERM)
        assert exporter.process.wait(20) == 0
    labels = 'environment="production",fraise="shop",job="",provider="bare_metal"'
    assert f'fraisier_deployments_total{{{labels},status="success"}} 1.0' in said
    assert f'fraisier_deployments_total{{{labels},status="rolled_back"}} 1.0' in said
    assert f"fraisier_deployment_errors_total{{{labels}}} 1.0" in said
    assert "fraisier_active_deployments 0.0" in said
    assert (
        'fraisier_health_checks_total{environment="production",fraise="shop",job="",result="failed"}' in said
    )


@pytest.mark.feature("MET-13")
def test_it_can_be_switched_off(shop):
    refused = shop.run("metrics", env={"FRAISIER_METRICS_ENABLED": "false"})
    assert refused.exit_code == 2
    assert "FRAISIER_METRICS_ENABLED" in refused.stderr


def test_an_address_that_is_taken_is_told(shop):
    with running(shop, "metrics", "--address", "127.0.0.1", "--port", "0") as first:
        port = first.process.stdout.readline().split()[-1].rpartition(":")[2].split("/")[0]
        refused = shop.run("metrics", "--address", "127.0.0.1", "--port", port)
    assert refused.exit_code == 2
    assert f"Cannot listen on 127.0.0.1:{port}" in refused.stderr
