"""Metrics for Prometheus, from the database alone: whichever process exports them, they say the same.

Totals are raised in the transactions that make them true, so they survive restarts and never go backwards. The format
is Prometheus's text format, or OpenMetrics for whoever asks for it.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterable, Iterator
from typing import Any, Final

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from starlette.requests import Request
from starlette.responses import Response

from fraisier.database import Database

ENABLED: Final = "FRAISIER_METRICS_ENABLED"
OFF: Final = frozenset(("false", "0", "no", "off"))
DURATION: Final = "fraisier_deployment_duration_seconds"
COUNTERS: Final = {
    "fraisier_deployments_total": (
        "Deployments that have ended, by how.",
        ("environment", "fraise", "job", "provider", "status"),
    ),
    "fraisier_deployment_errors_total": (
        "Deployments that failed, whether they were rolled back or not.",
        ("environment", "fraise", "job", "provider"),
    ),
    "fraisier_webhooks_total": ("Deliveries of forges, by what became of them.", ("outcome", "provider")),
    "fraisier_health_checks_total": (
        "Judgements of deployments by their health checks.",
        ("environment", "fraise", "job", "result"),
    ),
}
GAUGES: Final = {
    "fraisier_active_deployments": ("Deployments that run now.", ()),
    "fraisier_queue_depth": ("Requests that wait; held ones wait for a person.", ("held",)),
    "fraisier_lock_age_seconds": ("How long each lock is held.", ("environment", "fraise", "job")),
    "fraisier_outbox_lag_events": ("Events that a consumer has not been given yet.", ("consumer",)),
    "fraisier_provider_availability": (
        "1 when the target answers, 0 when it does not.",
        ("host", "provider"),
    ),
}
Row = dict[str, Any]


def enabled() -> bool:
    """What FRAISIER_METRICS_ENABLED says; they are on where it says nothing."""
    return os.environ.get(ENABLED, "true").strip().lower() not in OFF


def registry(database: Database) -> CollectorRegistry:
    """A registry that reads the database whenever it is collected. Raises `DatabaseError` then."""
    made = CollectorRegistry(auto_describe=False)
    made.register(Collector(database))
    return made


class Collector:
    """Implements prometheus_client's custom collector."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> Iterator[Metric]:
        """One family for each metric, those without any sample too."""
        if not self._database.exists:
            return
        totals = self._database.rows("counters")
        yield from _counters(totals)
        yield _durations(totals)
        yield from _gauges(self._database.rows("gauges"))


class Door:
    """`GET /metrics`."""

    def __init__(self, database: Database) -> None:
        self._registry = registry(database)

    async def answer(self, request: Request) -> Response:
        encode, kind = choose_encoder(request.headers.get("accept", ""))
        return Response(await asyncio.to_thread(encode, self._registry), media_type=kind)


def _counters(rows: Iterable[Row]) -> Iterator[CounterMetricFamily]:
    for name, (says, labels) in COUNTERS.items():
        family = CounterMetricFamily(name, says, labels=labels)
        for found, value in _of(rows, name):
            family.add_metric([found[label] for label in labels], value)
        yield family


def _gauges(rows: Iterable[Row]) -> Iterator[GaugeMetricFamily]:
    for name, (says, labels) in GAUGES.items():
        family = GaugeMetricFamily(name, says, labels=labels)
        for found, value in _of(rows, name):
            family.add_metric([found[label] for label in labels], value)
        yield family


def _durations(rows: list[Row]) -> HistogramMetricFamily:
    labels = ("environment", "fraise", "job")
    family = HistogramMetricFamily(DURATION, "How long deployments took, in seconds.", labels=labels)
    sums = {_key(found, labels): value for found, value in _of(rows, f"{DURATION}_sum")}
    buckets: dict[tuple[str, ...], list[tuple[str, float]]] = {key: [] for key in sums}
    for found, value in _of(rows, f"{DURATION}_bucket"):
        buckets[_key(found, labels)].append((found["le"], value))
    for key, bounds in buckets.items():
        bounds.sort(key=_bound)
        family.add_metric(list(key), bounds, sums[key])
    return family


def _of(rows: Iterable[Row], name: str) -> Iterator[tuple[dict[str, str], float]]:
    return ((json.loads(row["labels"]), row["value"]) for row in rows if row["name"] == name)


def _key(labels: dict[str, str], names: Iterable[str]) -> tuple[str, ...]:
    return tuple(labels[name] for name in names)


def _bound(bucket: tuple[str, float]) -> float:
    return float(bucket[0])
