"""Numbers and words that the documents promise, as a person meets them."""

from __future__ import annotations

import textwrap

import pytest

from fraisier.database import Database


@pytest.mark.feature("CLI-43")
def test_what_is_listed_when_nobody_says_how_much(shop):
    shop.configure()
    with Database(shop.database) as database:
        for number in range(25):
            database.record_deployment("shop", "production", status="success", duration_seconds=1.0)
            database.record_webhook_event("github", "push", delivery_id=str(number))
    assert len(shop.run("history", "--json").json) == 20
    assert len(shop.run("webhooks", "--json").json) == 20
    for command, told in (("stats", "[default: 30"), ("logs", "[default: 100")):
        assert told in " ".join(shop.run(command, "--help").stdout.split())


@pytest.mark.feature("CFG-35")
def test_times_sizes_and_schedules_are_written_with_units(shop):
    shop.config.write_text(
        textwrap.dedent("""\
        fraises:
          bakery:
            environments:
              live:
                app_path: /srv/bakery
                build_timeout: 5m
                service: {command: ./serve, stop_timeout: 60s}
                resources: {memory: {limit: 2Gi}, cpu: {limit: 1.5}}
                health_check: {tcp: 8000, start_period: 1m30s}
          nightly:
            type: scheduled
            environments:
              live:
                app_path: /srv/nightly
                git_repo: /srv/git/nightly.git
                jobs:
                  tidy: {schedule: "0 */6 * * *", script: ./tidy}
        """).replace("health_check: {tcp: 8000, ", "health_check: {type: tcp, host: localhost, port: 8000, "),
        encoding="utf-8",
    )
    shown = shop.run("config", "show", "--json")
    assert shown.exit_code == 0, shown
    live = shown.json["fraises"]["bakery"]["environments"]["live"]
    assert (live["build_timeout"], live["service"]["stop_timeout"]) == (300.0, 60.0)
    assert live["resources"]["memory"]["limit"] == 2**31
    assert live["health_checks"][0]["start_period"] == 90.0
    assert "0 */6 * * *" in str(shown.json["fraises"]["nightly"])


@pytest.mark.feature("DB-27")
def test_fraisier_s_own_database_is_never_rebuilt(shop):
    own = {"database": {"type": "sqlite", "path": str(shop.database), "strategy": "rebuild"}}
    shop.write_config({"fraises": {"fraisier": {**own, "environments": {"production": shop.environment()}}}})
    refused = shop.run("config", "validate")
    assert refused.exit_code == 2
    assert "strategy" in refused.stderr
    assert "rebuild" in refused.stderr


@pytest.mark.feature("PRV-18")
def test_a_single_container_is_refused_by_name(shop):
    shop.configure(provider="docker")
    refused = shop.run("config", "validate")
    assert refused.exit_code == 2
    assert "not supported yet: the provider docker" in refused.stderr


@pytest.mark.feature("HLT-01")
def test_http_by_address_time_and_status(shop):
    shop.configure(health_check={"expected_status": 500})
    sha = shop.commit("sick")
    assert shop.deploy()["status"] == "success"
    shop.commit()
    answer = shop.deploy()
    assert (answer["status"], shop.live_version()) == ("rolled_back", sha)
    assert "200" in answer["error"]["message"]


@pytest.mark.feature("DEP-08", "DEP-06", "DEP-24", "DEP-25", "ETC-15")
def test_the_backup_precedes_the_migration_and_the_version_stands_in_a_file(shop):
    ledger = shop.root / "ledger"
    says = {name: ["sh", "-c", f"echo {name} >> {ledger}"] for name in ("backup", "migrate")}
    shop.configure(database=says)
    sha = shop.commit()
    assert shop.deploy()["status"] == "success"
    assert ledger.read_text(encoding="utf-8").split() == ["backup", "migrate"]
    [manifest] = (shop.app_path() / "releases").glob("*.json")
    assert manifest.with_suffix("").name == (shop.app_path() / "current").readlink().name
    assert sha in manifest.read_text(encoding="utf-8")


PERL = """\
use strict; use IO::Socket::INET;
my $port = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => $ENV{PORT}, Listen => 5, ReuseAddr => 1) or die;
while (my $who = $port->accept) { while (<$who>) { last if /^\\s*$/ } print $who "HTTP/1.0 200 OK\\r\\n\\r\\nperl\\n"; close $who }
"""


@pytest.mark.feature("ETC-15")
def test_a_service_may_be_written_in_any_language(shop):
    shop.configure(service={"command": ["perl", "serve.pl"]})
    sha = shop.commit(**{"serve.pl": PERL})
    assert shop.deploy()["status"] == "success"
    assert shop.status()["observed"] == {**shop.status()["observed"], "running": True, "version": sha}
