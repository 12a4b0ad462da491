"""`monitoring:` — what `fraisier monitoring` writes for Prometheus: where exporters are, and which rules it reads."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from fraisier.config.kinds import FLAG, at_most, choice, duration, listed, text
from fraisier.config.names import name
from fraisier.config.section import BAD, Field, Values, nested, plain, section

DEFAULT_INTERVAL: Final = 30.0


class Region(msgspec.Struct, frozen=True, kw_only=True):
    """Exporters of one region, each HOST:PORT."""

    targets: tuple[str, ...] = ()
    region: str | None = None


class Monitoring(msgspec.Struct, frozen=True, kw_only=True):
    """Without `regions` there is one exporter, on this machine. `scrape_interval` is in seconds."""

    scrape_interval: float = DEFAULT_INTERVAL
    regions: tuple[Region, ...] = ()
    alerting: bool = True
    rule_files: tuple[str, ...] = ()


def _target(written: str) -> str | None:
    host, _, port = written.rpartition(":")
    if host and port.isdecimal() and 0 < int(port) <= 65535 and " " not in written and "/" not in written:  # noqa: PLR2004 - TCP
        return None
    return f"must be HOST:PORT such as fraisier.example.com:8001, not {written!r}"


def _rules(written: str) -> str | None:
    return None if written.endswith((".yml", ".yaml")) else f"must be a .yml file, not {written!r}"


REGION: Final = section(
    "monitoring.scrape_targets",
    "The exporters (`fraisier metrics`) of one region.",
    Field("region", text(check=name), "The label `region` of everything that they export."),
    Field("targets", at_most(64, text("HOST:PORT", check=_target)), "Where they listen: HOST:PORT each."),
    of=Region,
)
ALERTING: Final = section(
    "monitoring.alerting",
    "Which rules Prometheus evaluates.",
    Field("enabled", FLAG, "false: none."),
    Field(
        "rule_files",
        at_most(64, text("a .yml file", check=_rules)),
        "Rules of your own, beside prometheus.yml, besides Fraisier's alerts.yml.",
    ),
)
MONITORING: Final = section(
    "monitoring",
    "What `fraisier monitoring` writes for Prometheus.",
    Field("type", choice("monitoring", ("prometheus",)), "What scrapes the metrics."),
    Field("scrape_interval", duration(minimum=1), "How often. Values come from the database: 30s is enough."),
    Field(
        "scrape_targets",
        listed(nested(REGION)),
        "The exporters by region; default: localhost:8001.",
        into="regions",
    ),
    Field("alerting", nested(ALERTING), "Which rules Prometheus evaluates."),
    of=Monitoring,
    not_yet={
        "retention": "keeping data; Prometheus is told so itself: --storage.tsdb.retention.time=7d",
        "sample_metrics": "sampling; Fraisier exports few series, all of them true",
    },
)


def monitoring(values: Values) -> Monitoring:
    """The section as an object."""
    found = plain(values)
    rules = plain(found.get("alerting") or {})
    regions = [one.value for one in found.get("regions", ()) if one.value is not BAD]
    settings: dict[str, Any] = {
        "regions": tuple(Region(**plain(one)) for one in regions),
        "alerting": rules.get("enabled", True),
        "rule_files": rules.get("rule_files", ()),
    }
    if "scrape_interval" in found:
        settings["scrape_interval"] = found["scrape_interval"]
    return Monitoring(**settings)
