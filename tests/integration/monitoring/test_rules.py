"""The alert rules and the configurations of Prometheus that are shipped, by promtool's own judgement."""

from __future__ import annotations

import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

SHIPPED = Path(str(files("fraisier"))) / "monitoring"
CASES = Path(__file__).with_name("alerts_test.yml")
RULES = yaml.safe_load((SHIPPED / "alerts.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
DOCUMENTED = {
    "HighDeploymentErrorRate": ("rate(fraisier_deployment_errors_total[5m]) > 0.1", "5m", "warning"),
    "DeploymentTimeout": (
        "histogram_quantile(0.95, rate(fraisier_deployment_duration_seconds_bucket[5m])) > 600",
        "5m",
        "warning",
    ),
    "ManyActiveDeployments": ("fraisier_active_deployments > 5", "5m", "warning"),
    "ProviderUnavailable": ("fraisier_provider_availability == 0", "2m", "critical"),
}


@pytest.fixture
def folder(tmp_path):
    """What is shipped, and the cases beside it."""
    shutil.copytree(SHIPPED, tmp_path / "monitoring")
    shutil.copy(CASES, tmp_path / "monitoring")
    return tmp_path / "monitoring"


def promtool(prometheus, folder, *words):
    done = subprocess.run(
        [prometheus / "promtool", *words], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.feature("MET-07", "MET-08", "MET-09", "MET-10")
def test_every_alert_fires_for_what_it_is_about_and_for_nothing_else(prometheus, folder):
    promtool(prometheus, folder, "test", "rules", CASES.name)
    well, bad = yaml.safe_load(CASES.read_text(encoding="utf-8"))["tests"]
    names = {rule["alert"] for rule in RULES}
    assert {case["alertname"] for case in well["alert_rule_test"]} == names
    assert {case["alertname"] for case in bad["alert_rule_test"] if case["exp_alerts"]} == names


@pytest.mark.feature("MET-07", "MET-08", "MET-09", "MET-10")
@pytest.mark.parametrize("name", DOCUMENTED)
def test_the_documented_alerts_are_as_documented(name):
    [rule] = [rule for rule in RULES if rule["alert"] == name]
    assert (rule["expr"], rule["for"], rule["labels"]["severity"]) == DOCUMENTED[name]


@pytest.mark.feature("MET-12")
@pytest.mark.parametrize("file", ["prometheus.yml", "prometheus-regions.yml"])
def test_prometheus_takes_the_configurations(prometheus, folder, file):
    promtool(prometheus, folder, "check", "config", file)
