"""What /metrics says is what the database holds."""

import time
from contextlib import asynccontextmanager

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.support.door import opened
from tests.support.lanes import Lanes, StillClock

LANE = (("environment", "production"), ("fraise", "shop"), ("job", ""))


@pytest.fixture
def lanes(tmp_path):
    made = Lanes(tmp_path / "fraisier.db", StillClock(time.time()))
    made.call("fn_return_orphans")
    yield made
    made.database.close()


@asynccontextmanager
async def exporting(settings, lanes):
    async with opened(settings, lanes.database) as door:

        async def scraped():
            answer = await door.client.get("/metrics")
            assert answer.status_code == 200
            return {
                (sample.name, *sorted(sample.labels.items())): sample.value
                for family in text_string_to_metric_families(answer.text)
                for sample in family.samples
            }

        yield scraped


def ended(lanes, status, seconds):
    deployment = lanes.started()
    lanes.clock.pass_seconds(seconds)
    lanes.call("fn_renew_lease", lane=deployment["fk_lane"], token=deployment["token"])
    assert lanes.complete(deployment, status) is not None


@pytest.mark.feature("MET-02", "MET-03", "MET-05", "MET-16")
async def test_deployments_are_counted_where_they_end(settings, lanes):
    async with exporting(settings, lanes) as scraped:
        assert not [name for name in await scraped() if "deployments_total" in name[0]]
        for status, seconds in (("success", 2), ("failed", 20), ("rolled_back", 700)):
            ended(lanes, status, seconds)
        said = await scraped()
        provider = ("provider", "bare_metal")
        assert said["fraisier_deployments_total", *LANE, provider, ("status", "success")] == 1
        assert said["fraisier_deployments_total", *LANE, provider, ("status", "rolled_back")] == 1
        assert said["fraisier_deployment_errors_total", *LANE, provider] == 2
        assert said["fraisier_deployment_duration_seconds_sum", *LANE] == pytest.approx(722, abs=0.1)
        assert said["fraisier_deployment_duration_seconds_count", *LANE] == 3
        bounds = {
            name[-1][1]: value for name, value in said.items() if name[0].endswith("duration_seconds_bucket")
        }
        assert {le: bounds[le] for le in ("1", "5", "30", "600", "900", "+Inf")} == {
            "1": 0,
            "5": 1,
            "30": 2,
            "600": 2,
            "900": 3,
            "+Inf": 3,
        }


async def test_totals_never_go_backwards_whatever_is_deleted(settings, lanes):
    async with exporting(settings, lanes) as scraped:
        ended(lanes, "success", 1)
        before = await scraped()
        lanes.sql("DELETE FROM tb_deployment")
        after = await scraped()
        totals = {name: value for name, value in before.items() if not name[0].startswith("fraisier_queue")}
        assert totals
        assert {name: after.get(name) for name in totals} == totals


@pytest.mark.feature("MET-04")
async def test_what_runs_and_waits_now(settings, lanes):
    async with exporting(settings, lanes) as scraped:
        assert (await scraped())["fraisier_active_deployments",] == 0
        running = lanes.started()
        lanes.clock.pass_seconds(7)
        lanes.ask("shop", "webhook")
        lanes.call("fn_hold", fraise="bakery", environment="production", by="ada", reason="x")
        lanes.ask("bakery", "webhook")
        said = await scraped()
        assert said["fraisier_active_deployments",] == 1
        assert said["fraisier_queue_depth", ("held", "false")] == 1
        assert said["fraisier_queue_depth", ("held", "true")] == 1
        assert said["fraisier_lock_age_seconds", *LANE] == pytest.approx(7, abs=0.1)
        lanes.complete(running)
        said = await scraped()
        assert said["fraisier_active_deployments",] == 0
        assert not [name for name in said if name[0] == "fraisier_lock_age_seconds"]


@pytest.mark.feature("MET-15")
async def test_health_checks_deliveries_and_consumers(settings, lanes):
    async with exporting(settings, lanes) as scraped:
        for kind in ("passed", "passed", "failed"):
            lanes.call(
                "fn_record_event", type=f"health_check.{kind}", fraise="shop", environment="production"
            )
        lanes.database.record_webhook_event("github", "push", delivery_id="1")
        lanes.database.record_webhook_event("github", "ping", delivery_id="2", outcome="ignored")
        said = await scraped()
        assert said["fraisier_health_checks_total", *LANE, ("result", "passed")] == 2
        assert said["fraisier_health_checks_total", *LANE, ("result", "failed")] == 1
        github = ("provider", "github")
        assert said["fraisier_webhooks_total", ("outcome", "accepted"), github] == 1
        assert said["fraisier_webhooks_total", ("outcome", "ignored"), github] == 1
        seen = lanes.rows("latest_events", limit=1)[0]["seq"]
        lanes.sql(
            "INSERT INTO tb_event_consumer (name, position, created_at) VALUES ('nats', ?, '')", seen - 2
        )
        assert (await scraped())["fraisier_outbox_lag_events", ("consumer", "nats")] == 2


@pytest.mark.feature("MET-13")
async def test_they_can_be_switched_off(settings, lanes, monkeypatch):
    monkeypatch.setenv("FRAISIER_METRICS_ENABLED", "false")
    async with opened(settings, lanes.database) as door:
        assert (await door.client.get("/metrics")).status_code == 404


async def test_whoever_asks_for_openmetrics_gets_it(settings, lanes):
    async with opened(settings, lanes.database) as door:
        answer = await door.client.get("/metrics", headers={"Accept": "application/openmetrics-text"})
        assert answer.headers["content-type"].startswith("application/openmetrics-text")
        assert answer.text.endswith("# EOF\n")
