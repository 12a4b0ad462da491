"""The configuration of Prometheus that belongs to a fraises.yaml. Pure."""

from __future__ import annotations

from typing import Any, Final

from fraisier.config.monitoring import Monitoring, Region

HERE: Final = Region(targets=("localhost:8001",))
ALERTS: Final = "alerts.yml"
_HEAD: Final = "# Written by `fraisier monitoring` from fraises.yaml.\n"


def prometheus_yml(settings: Monitoring) -> str:
    """One job with the exporters of every region, and the files of rules."""
    import yaml  # noqa: PLC0415 - for this command alone

    interval = f"{settings.scrape_interval:g}s"
    rules = [ALERTS, *settings.rule_files] if settings.alerting else []
    job = {
        "job_name": "fraisier",
        "scrape_interval": interval,
        "static_configs": [_static(region) for region in settings.regions or (HERE,)],
    }
    document: dict[str, Any] = {
        "global": {"scrape_interval": interval, "evaluation_interval": interval},
        **({"rule_files": rules} if rules else {}),
        "scrape_configs": [job],
    }
    text: str = yaml.safe_dump(document, sort_keys=False)
    return _HEAD + text


def _static(region: Region) -> dict[str, Any]:
    labels = {"labels": {"region": region.region}} if region.region else {}
    return {"targets": list(region.targets), **labels}
