"""`fraisier events`: the outbox as a person, a script and a pipe read it."""

import json
import signal
import subprocess

import pytest

from tests.support.processes import until
from tests.support.running import running

KEYS = {
    "schema", "type", "service", "fraise", "environment", "job", "version", "deployment_id", "duration", "error",
    "logs_url", "actor", "data", "id", "seq", "time",
}  # fmt: skip


def events(shop, *arguments):
    done = shop.run("events", *arguments, "--json")
    assert done.exit_code == 0, done
    return done.json


@pytest.mark.feature("EVT-03", "EVT-09", "EVT-11")
def test_a_good_and_a_bad_deployment_as_events(shop):
    good = shop.commit()
    shop.configure(health_check={"retries": 1})
    shop.deploy()
    bad = shop.commit("sick")
    shop.deploy()
    told = events(shop)
    assert [(event["type"], event["deployment_id"], event["version"]) for event in told] == [
        ("request.made", None, None),
        ("deployment.started", "dep_00001", good),
        ("health_check.passed", "dep_00001", good),
        ("deployment.succeeded", "dep_00001", good),
        ("request.made", None, None),
        ("deployment.started", "dep_00002", bad),
        ("health_check.failed", "dep_00002", bad),
        ("health_check.passed", "dep_00002", good),
        ("deployment.failed", "dep_00002", bad),
        ("deployment.rolled_back", "dep_00002", bad),
        ("lane.held", "dep_00002", bad),
    ]
    assert all(event.keys() == KEYS for event in told)
    assert [event["seq"] for event in told] == [*range(1, 12)]
    succeeded, failed = told[3], told[8]
    assert (succeeded["service"], succeeded["environment"], succeeded["error"]) == (
        "shop",
        "production",
        None,
    )
    assert succeeded["duration"] > 0
    assert "is not well" in failed["error"]
    assert failed["logs_url"] == "fraisier logs dep_00002"
    assert shop.run(*failed["logs_url"].split()[1:]).exit_code == 0


def test_filters_and_where_to_begin(shop):
    shop.commit()
    shop.deploy()
    assert [event["type"] for event in events(shop, "--type", "deployment.*")] == [
        "deployment.started",
        "deployment.succeeded",
    ]
    assert events(shop, "--fraise", "other") == events(shop, "--environment", "other") == []
    assert [event["seq"] for event in events(shop, "--since", "2")] == [3, 4]
    assert len(events(shop, "--since", "1h")) == len(events(shop, "--since", "2020-01-01")) == 4
    assert events(shop, "--since", "2999-01-01T00:00:00Z") == []
    assert [event["seq"] for event in events(shop, "--limit", "1")] == [4]
    assert len(events(shop, "--deployment", "dep_00001")) == 3
    lines = shop.run("events", "--limit", "2").stdout.splitlines()
    assert lines[0].split() == [
        "Event", "When", "Type", "Fraise", "Environment", "Deployment", "Version", "Who", "Error",
    ]  # fmt: skip
    assert "deployment.succeeded" in lines[2]


def test_no_events_and_a_moment_that_is_none(shop):
    assert shop.run("events").stdout == "No events.\n"
    refused = shop.run("events", "--since", "yesterday")
    assert refused.exit_code == 2
    assert "'yesterday' is neither" in refused.stderr


def test_ctrl_c_is_the_way_to_leave_and_no_trouble(shop):
    shop.commit()
    shop.deploy()
    with running(shop, "events", "--follow", "--since", "0") as following:
        assert "request.made" in following.process.stdout.readline()
        following.signal(signal.SIGINT)
        _, complaint = following.process.communicate(timeout=20)
        assert (following.process.returncode, complaint) == (130, "")


def test_following_ends_when_nobody_reads_any_more(shop):
    """One JSON object on each line, as it happens."""
    shop.commit()
    following = subprocess.Popen(
        [str(shop.fraisier), "events", "--follow", "--since", "0", "--json"],
        env=shop.env,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        shop.deploy()
        seen = [json.loads(following.stdout.readline())["type"] for _ in range(4)]
        assert seen == ["request.made", "deployment.started", "health_check.passed", "deployment.succeeded"]
        following.stdout.close()
        assert until(lambda: following.poll() is not None, 20)
        assert following.returncode == 0
    finally:
        following.kill()
        following.wait()
