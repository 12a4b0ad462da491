"""How an environment stands, in words and in JSON."""

from fraisier.cli import standing
from fraisier.model.identity import Identity

SHA = "abc1234" + "0" * 33
STATE = {
    "status": "healthy",
    "current_version": SHA,
    "current_shown": "1.2.3",
    "target_provider": "bare_metal",
    "last_deployed_at": "2026-01-15T10:00:00Z",
    "last_deploy_duration": 4.2,
}
LOCK = {
    "holder": "host:17",
    "acquired_at": "2026-01-15T11:00:00Z",
    "expires_at": "2026-01-15T11:00:30Z",
    "deployment_id": "dep_00003",
    "token": 1,
}
HELD = {"hold_since": "2026-01-15T10:30:00Z", "hold_reason": "dep_00002 failed", "hold_by": None}
FREE = {"hold_since": None, "hold_reason": None, "hold_by": None}
OBSERVED = {"reachable": True, "running": True, "version": SHA, "release": "r"}
LAST = {
    "identifier": "dep_00002",
    "status": "rolled_back",
    "started_at": "2026-01-15T10:29:00Z",
    "error_message": "GET / answered 500",
}


def answer(state=None, lane=None, lock=None, observed=None, hosts=None):
    recorded = {"state": state, "lane": lane, "lock": lock, "hosts": hosts or {}}
    return standing.as_dict(Identity("my_api", "production"), "bare_metal", recorded, observed)


def text(of, last=None, logs=()):
    return "\n".join(line for line, _ in standing.lines(of, last, list(logs)))


def test_everything_at_once():
    assert text(answer(STATE, HELD, LOCK, OBSERVED), LAST, ["GET / 200", "\x1b[2Jbye"]) == (
        "my_api → production (bare-metal)\n"
        "  Status:        healthy\n"
        "  Version:       1.2.3\n"
        "  Last deployed: 2026-01-15 10:00:00 UTC (took 4.2s)\n"
        "  Observed:      running, version 1.2.3\n"
        "  In progress:   dep_00003 by host:17 since 2026-01-15 11:00:00 UTC\n"
        "  Held:          since 2026-01-15 10:30:00 UTC: dep_00002 failed\n"
        "                 A push waits until a person deploys or rolls back.\n"
        "  Last failure:  dep_00002 (rolled_back) 2026-01-15 10:29:00 UTC\n"
        "                 GET / answered 500\n"
        "                 fraisier logs dep_00002\n"
        "  The service's last lines:\n"
        "    GET / 200\n"
        "    bye"
    )


def test_nothing_was_ever_deployed():
    assert text(answer(), {**LAST, "status": "success"}) == (
        "my_api → production (bare-metal)\n"
        "  Status:        unknown\n"
        "  Version:       —\n"
        "  Last deployed: never"
    )


def test_the_target_contradicts_the_records():
    other = {**OBSERVED, "running": False, "version": None}
    assert "  Observed:      not running, version —\n" in text(answer(STATE, FREE, None, other))
    assert "This is not the version that is recorded." in text(answer(STATE, FREE, None, other))
    away = {"reachable": False, "running": None, "version": None, "release": None}
    assert "did not answer within 2 s" in text(answer(STATE, FREE, None, away))


def test_the_json_answer_has_exactly_the_keys_of_the_contract():
    assert answer(STATE, HELD, LOCK, OBSERVED) == {
        "schema": 1,
        "fraise": "my_api",
        "environment": "production",
        "status": "healthy",
        "current_version": SHA,
        "current_shown": "1.2.3",
        "target_provider": "bare_metal",
        "last_deployed_at": "2026-01-15T10:00:00Z",
        "last_deploy_duration": 4.2,
        "lock": {
            "holder": "host:17",
            "since": "2026-01-15T11:00:00Z",
            "expires": "2026-01-15T11:00:30Z",
            "deployment_id": "dep_00003",
        },
        "hold": {"since": "2026-01-15T10:30:00Z", "reason": "dep_00002 failed", "by": None},
        "hosts": {},
        "observed": OBSERVED,
    }
    empty = answer(None, FREE)
    assert set(empty) == set(answer(STATE, HELD, LOCK, OBSERVED))
    assert (empty["status"], empty["lock"], empty["hold"], empty["observed"]) == ("unknown", None, None, None)


OTHER = "fed9876" + "0" * 33
GOOD = {"status": "in_service", "version": SHA, "note": None, "updated_at": "2026-01-15T10:00:00Z"}
AWAY = {
    "status": "pending_restore",
    "version": None,
    "note": "no route",
    "updated_at": "2026-01-15T10:00:00Z",
}


def seen_on(**hosts):
    shown = {name: {**OBSERVED, **one} for name, one in hosts.items()}
    return {**OBSERVED, "reachable": all(one["reachable"] for one in shown.values()), "hosts": shown}


def test_each_of_several_hosts_by_the_records_and_where_it_shows_something_else():
    recorded = {"web1": GOOD, "web2": GOOD, "web3": AWAY, "web4": None}
    shown = seen_on(web1={}, web2={"version": OTHER, "running": False}, web3={"reachable": False}, web4={})
    standing_now = answer(STATE, FREE, None, shown, recorded)
    assert standing_now["hosts"]["web1"] == GOOD
    assert standing_now["hosts"]["web4"] == {
        "status": "unknown", "version": None, "note": None, "updated_at": None,
    }  # fmt: skip
    assert (
        "  Observed:      web3 did not answer within 2 s\n"
        "  Hosts:\n"
        "    web1: in service, version abc1234\n"
        "    web2: in service, version abc1234, shows version fed9876, not running\n"
        "    web3: pending restore, version —, no route\n"
        "    web4: unknown, version —, shows version abc1234"
    ) in text(standing_now)
    assert [colour for line, colour in standing.lines(standing_now, None, []) if line.startswith("    ")] == [
        None, "yellow", "yellow", "yellow",
    ]  # fmt: skip


def test_hosts_that_run_different_versions_have_no_common_one():
    shown = {**seen_on(web1={}, web2={"version": OTHER}), "version": None}
    said = text(answer(STATE, FREE, None, shown, {"web1": GOOD, "web2": {**GOOD, "version": OTHER}}))
    assert "  Observed:      running, but not one version on all hosts\n" in said


def test_how_long_it_took_is_not_told_of_another_deployment():
    state = {**STATE, "deployment_status": "rolled_back"}
    assert text(answer(state)).endswith("  Last deployed: 2026-01-15 10:00:00 UTC")
    assert answer(state)["last_deploy_duration"] is None
    assert answer({**STATE, "deployment_status": "success"})["last_deploy_duration"] == 4.2


def test_of_the_last_failure_the_first_line_is_shown():
    last = {**LAST, "error_message": "The migration failed: exit code 1\nTraceback\n  deep in it"}
    assert "The migration failed: exit code 1\n                 fraisier logs" in text(answer(STATE), last)


def test_of_what_a_host_lacks_the_first_line_is_shown():
    row = {
        "status": "pending_restore",
        "version": None,
        "note": "it did not start\nTraceback",
        "updated_at": None,
    }
    assert text(answer(STATE, hosts={"web1": row})).endswith(
        "web1: pending restore, version —, it did not start"
    )
