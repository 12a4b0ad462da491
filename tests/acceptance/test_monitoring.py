"""`fraisier monitoring`: what Prometheus and Grafana need, in one folder."""

from __future__ import annotations

import json
import subprocess

import pytest
import yaml

from tests.support import debian

REGIONS = {
    "type": "prometheus",
    "scrape_interval": "1m",
    "scrape_targets": [
        {"region": "us-east", "targets": ["api-us-east.example.com:9090"]},
        {"region": "eu-west", "targets": ["api-eu-west.example.com:9090"]},
    ],
    "alerting": {"enabled": True, "rule_files": ["global_rules.yml"]},
}


def accepted(folder):
    """Prometheus itself takes what lies there."""
    try:
        promtool = debian.unpacked("prometheus", debian.PROMETHEUS) / "usr" / "bin" / "promtool"
    except debian.Absent as absent:
        pytest.skip(str(absent))
    words = [promtool, "check", "config", "--syntax-only", "prometheus.yml"]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return yaml.safe_load((folder / "prometheus.yml").read_text(encoding="utf-8"))


@pytest.mark.feature("MET-11", "MET-12")
def test_without_a_section_there_is_one_exporter_on_this_machine(shop):
    shop.configure()
    written = shop.run("monitoring", "watch", "--json").json["files"]
    assert sorted(written) == ["watch/alerts.yml", "watch/grafana-dashboard.json", "watch/prometheus.yml"]
    [job] = accepted(shop.root / "watch")["scrape_configs"]
    assert (job["job_name"], job["static_configs"]) == ("fraisier", [{"targets": ["localhost:8001"]}])
    assert json.loads((shop.root / "watch" / "grafana-dashboard.json").read_text(encoding="utf-8"))["panels"]


@pytest.mark.feature("CFG-22")
def test_regions_and_rules_come_from_the_configuration(shop):
    shop.configure(top={"monitoring": REGIONS})
    assert shop.run("monitoring", "watch").exit_code == 0
    told = accepted(shop.root / "watch")
    [job] = told["scrape_configs"]
    assert (told["global"]["scrape_interval"], told["rule_files"]) == (
        "60s",
        ["alerts.yml", "global_rules.yml"],
    )
    assert job["static_configs"][1] == {
        "targets": ["api-eu-west.example.com:9090"],
        "labels": {"region": "eu-west"},
    }
    shop.configure(top={"monitoring": REGIONS | {"alerting": {"enabled": False}}})
    refused = shop.run("monitoring", "watch")
    assert (refused.exit_code, "prometheus.yml in watch would be replaced" in refused.stderr) == (2, True)
    assert shop.run("monitoring", "watch", "--force").exit_code == 0
    assert "rule_files" not in accepted(shop.root / "watch")


@pytest.mark.feature("CFG-22")
def test_what_prometheus_is_told_elsewhere_is_refused_by_name(shop):
    shop.configure(top={"monitoring": {"retention": "7d", "sample_metrics": []}})
    result = shop.run("config", "validate")
    assert result.exit_code == 2
    assert "--storage.tsdb.retention.time" in result.stderr
    assert "sampling" in result.stderr
