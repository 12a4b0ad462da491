"""Whoever observes looks at the targets, and metrics tell whether they answer."""

import urllib.request

import pytest

from tests.support.processes import until
from tests.support.running import running
from tests.support.ssh_shop import SshShop

pytestmark = [pytest.mark.systemd, pytest.mark.timeout(400)]


@pytest.fixture
def away(host, tmp_path, short_folder):
    made = SshShop(tmp_path, short_folder, [host])
    made.env["FRAISIER_PROBE_SECONDS"] = "1"
    try:
        yield made
    finally:
        made.close()


def availability(shop, url):
    with urllib.request.urlopen(url, timeout=20) as answer:
        lines = answer.read().decode().splitlines()
    name = 'fraisier_provider_availability{host="web1",provider="bare_metal"} '
    return next((float(line.removeprefix(name)) for line in lines if line.startswith(name)), None)


@pytest.mark.feature("MET-06", "PRV-12")
def test_a_host_that_does_not_answer_is_unavailable_until_it_does(away):
    with (
        running(away, "observe"),
        running(away, "metrics", "--address", "127.0.0.1", "--port", "0") as exporter,
    ):
        url = exporter.process.stdout.readline().split()[-1]
        assert until(lambda: availability(away, url) == 1, 60)
        with away.apart():
            assert until(lambda: availability(away, url) == 0, 60)
            [state] = away.rows("SELECT reason FROM tb_provider_state")
            assert "web1" in state["reason"]
        assert until(lambda: availability(away, url) == 1, 60)
