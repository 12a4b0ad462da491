"""A service group: its members are deployed together, all of them or none."""

import signal

import pytest

from tests.support.processes import until
from tests.support.running import observing, running

FAILS_AFTER_ITS_SWITCH = {"health_check": {"expected_status": 418, "retries": 1}}
SLEEPS = {"build": ["sh", "-c", "sleep 60"]}


def configure(shop, **members):
    """`together` deploys web, then api, then jobs; the keys are those of each one's production."""
    fraises = {
        name: {"environments": {"production": shop.environment(name, **members.get(name, {}))}}
        for name in ("api", "jobs", "web")
    }
    group = {"type": "service_group", "description": "The shop", "services": ["web", "api", "jobs"]}
    shop.write_config({"fraises": {**fraises, "together": group}})


def lives(shop):
    return [shop.live_version(name) for name in ("web", "api", "jobs")]


def deploy(shop, *options):
    result = shop.run("deploy", "together", "production", "--json", *options)
    return result.exit_code, [(one["fraise"], one["status"]) for one in result.json], result.json


def nothing_is_held(shop):
    assert shop.rows("SELECT * FROM tb_deployment_lock") == []
    assert shop.rows("SELECT * FROM tb_deployment_request WHERE status IN ('pending', 'processing')") == []


@pytest.fixture
def live(shop):
    """All members live at v1."""
    shop.env["FRAISIER_LEASE_SECONDS"] = "3"
    configure(shop)
    first = shop.commit()
    code, ended, _ = deploy(shop)
    assert (code, ended) == (0, [("web", "success"), ("api", "success"), ("jobs", "success")])
    assert lives(shop) == [first] * 3
    return shop


@pytest.mark.feature("TYP-06", "CLI-11")
def test_the_members_are_deployed_in_the_order_of_the_group(live):
    sha = live.commit()
    result = live.run("deploy", "together", "production")
    assert result.exit_code == 0, result
    assert "✓ together → production: every member is live." in result.stdout
    begun = [one["fraise"] for one in live.rows("SELECT fraise FROM tb_deployment ORDER BY pk_deployment")]
    assert begun == ["web", "api", "jobs"] * 2
    assert lives(live) == [sha] * 3
    nothing_is_held(live)
    assert deploy(live)[:2] == (0, [("web", "up_to_date"), ("api", "up_to_date"), ("jobs", "up_to_date")])


@pytest.mark.feature("TYP-06", "CLI-11")
def test_when_one_fails_all_go_back(live):
    first = live.repository.labels["v1"]
    configure(live, api=FAILS_AFTER_ITS_SWITCH)
    live.commit()
    code, ended, (web, _, jobs) = deploy(live)
    assert ended == [("web", "rolled_back"), ("api", "rolled_back"), ("jobs", "cancelled")]
    assert code == 1
    assert "Its group goes back because of api/production" in web["error"]["message"]
    assert jobs["deployment_id"] is None
    assert lives(live) == [first] * 3
    kept = "SELECT error_message FROM tb_deployment WHERE identifier = ?"
    assert "api/production" in live.rows(kept, web["deployment_id"])[0]["error_message"]
    nothing_is_held(live)


@pytest.mark.feature("TYP-06")
def test_a_first_deployment_of_a_group_that_fails_leaves_nothing(shop):
    configure(shop, jobs={"build": ["false"]})
    shop.commit()
    result = shop.run("deploy", "together", "production")
    assert result.exit_code == 1
    assert "✗ together → production: no member was left with the new version." in result.stderr
    assert lives(shop) == [None] * 3
    assert [shop.releases(name) for name in ("web", "api", "jobs")] == [[], [], []]
    nothing_is_held(shop)


@pytest.mark.feature("CLI-10", "CLI-11")
def test_a_group_in_two_environments_at_once(shop):
    """What goes back in one environment stays in the other."""
    names = ("web", "api")
    fraises = {
        name: {
            "environments": {
                "blue": shop.environment(f"{name}-blue", **({"build": ["false"]} if name == "api" else {})),
                "green": shop.environment(f"{name}-green"),
            }
        }
        for name in names
    }
    shop.write_config({"fraises": {**fraises, "both": {"type": "service_group", "services": list(names)}}})
    sha = shop.commit()
    result = shop.run("deploy", "both", "blue", "green", "--json")
    ended = {(one["fraise"], one["environment"]): one["status"] for one in result.json}
    assert (result.exit_code, list(ended.values())) == (1, ["failed", "failed", "success", "success"])
    assert list(ended) == [("web", "blue"), ("api", "blue"), ("web", "green"), ("api", "green")]
    assert [shop.live_version(f"{name}-blue") for name in names] == [None, None]
    assert [shop.live_version(f"{name}-green") for name in names] == [sha, sha]


@pytest.mark.feature("CLI-11")
def test_one_member_is_deployed_alone(live):
    first = live.repository.labels["v1"]
    sha = live.commit()
    answer = live.run("deploy", "together", "production", "--service", "api", "--json").json
    assert (answer["fraise"], answer["status"]) == ("api", "success")
    assert lives(live) == [first, sha, first]


@pytest.mark.feature("CLI-11")
def test_an_unknown_member_is_named(live):
    result = live.run("deploy", "together", "production", "--service", "apy")
    assert (result.exit_code, "did you mean api" in result.stderr) == (2, True)
    result = live.run("deploy", "api", "production", "--service", "web")
    assert (result.exit_code, "no service group" in result.stderr) == (2, True)


@pytest.mark.feature("TYP-06")
def test_nothing_begins_as_long_as_one_lane_is_taken(live):
    configure(live, jobs=SLEEPS)
    live.commit()
    with running(live, "deploy", "jobs", "production", "--json") as owner:
        assert until(lambda: "sleep 60" in str(live.processes()), 30)
        before = live.rows("SELECT count(*) AS n FROM tb_deployment")
        result = live.run("deploy", "together", "production", "--wait-lock", "0.5")
        assert result.exit_code == 3
        assert f":{owner.pid} has jobs/production" in result.stderr
        assert live.rows("SELECT count(*) AS n FROM tb_deployment") == before
        assert len(live.rows("SELECT * FROM tb_deployment_lock")) == 1
        owner.signal(signal.SIGINT)
        owner.end()


@pytest.mark.feature("TYP-06")
def test_a_signal_sends_all_back(live):
    first = live.repository.labels["v1"]
    configure(live, api=SLEEPS)
    live.commit()
    with running(live, "deploy", "together", "production", "--json") as owner:
        assert until(lambda: "sleep 60" in str(live.processes()), 30)
        owner.signal(signal.SIGINT)
        code, ended = owner.end()
    assert (code, [one["status"] for one in ended]) == (130, ["cancelled"] * 3)
    assert lives(live) == [first] * 3
    nothing_is_held(live)


@pytest.mark.feature("TYP-06")
def test_when_its_owner_is_killed_all_go_back(live):
    first = live.repository.labels["v1"]
    configure(live, api=SLEEPS)
    live.commit()
    with running(live, "deploy", "together", "production") as owner:
        assert until(lambda: "sleep 60" in str(live.processes()), 30)
        owner.signal(signal.SIGKILL)
    with observing(live):
        ended = "SELECT fraise, status FROM tb_deployment WHERE pk_deployment > 3 AND status <> 'in_progress'"
        assert until(lambda: len(live.rows(ended)) == 2, 40)
    assert {(one["fraise"], one["status"]) for one in live.rows(ended)} == {
        ("web", "rolled_back"),
        ("api", "failed"),
    }
    assert lives(live) == [first] * 3
    nothing_is_held(live)


@pytest.mark.feature("TYP-06")
def test_a_group_is_deployed_beside_an_observer(live):
    with observing(live):
        sha = live.commit()
        code, ended, _ = deploy(live)
    assert (code, {status for _, status in ended}) == (0, {"success"})
    assert lives(live) == [sha] * 3


def test_a_group_is_not_left_to_an_observer(live):
    result = live.run("deploy", "together", "production", "--no-wait")
    assert (result.exit_code, "by the command that waits" in result.stderr) == (2, True)
    result = live.run("deploy", "together", "production", "--commit", "abc")
    assert (result.exit_code, "add --service" in result.stderr) == (2, True)


def test_a_dry_run_of_a_group_shows_the_plan_of_each(live):
    sha = live.commit()
    before = live.dump()
    plans = live.run("deploy", "together", "production", "--dry-run", "--json").json
    assert [(one["fraise"], one["target_version"]) for one in plans] == [
        ("web", sha),
        ("api", sha),
        ("jobs", sha),
    ]
    assert live.dump() == before


@pytest.mark.feature("CFG-28")
def test_the_list_shows_the_group(shop):
    configure(shop)
    told = shop.run("list").stdout
    assert "together (service_group) - The shop" in told
    assert "    ├── web" in told
    group = shop.run("list", "--json").json[-1]
    assert (group["fraise"], group["services"]) == ("together", ["web", "api", "jobs"])


@pytest.mark.feature("TYP-06")
def test_the_status_of_a_group_is_that_of_its_members(live):
    told = live.run("status", "together", "production", "--json").json
    assert [(one["fraise"], one["status"]) for one in told] == [
        ("web", "healthy"),
        ("api", "healthy"),
        ("jobs", "healthy"),
    ]
    assert live.run("status", "together", "production").stdout.count("healthy") >= 3


def rollback(shop, *options):
    result = shop.run("rollback", "together", "production", "--json", *options)
    return result.exit_code, [(one["fraise"], one["kind"], one["status"]) for one in result.json]


@pytest.mark.feature("TYP-06", "CLI-28")
def test_a_group_goes_back_together_the_last_member_first(live):
    first = live.repository.labels["v1"]
    live.commit()
    deploy(live)
    plans = live.run("rollback", "together", "production", "--dry-run", "--json").json
    assert [(one["fraise"], one["target_version"]) for one in plans] == [
        ("jobs", first),
        ("api", first),
        ("web", first),
    ]
    assert rollback(live) == (0, [(name, "rollback", "success") for name in ("jobs", "api", "web")])
    assert lives(live) == [first] * 3
    nothing_is_held(live)


@pytest.mark.feature("TYP-06", "CLI-28")
def test_when_one_cannot_go_back_all_stay_where_they_were(live):
    second = live.commit()
    deploy(live)
    release = live.app_path("api") / "releases" / live.releases("api")[0]
    (release / "mode").write_text("sick\n")
    code, ended = rollback(live)
    assert ended == [
        ("jobs", "rollback", "rolled_back"),
        ("api", "rollback", "rolled_back"),
        ("web", "rollback", "cancelled"),
    ]
    assert (code, lives(live)) == (1, [second] * 3)
    nothing_is_held(live)


@pytest.mark.feature("TYP-06", "CLI-28")
def test_where_one_has_no_version_before_nothing_is_touched(live):
    sha = live.commit()
    assert live.run("deploy", "together", "production", "--service", "web").exit_code == 0
    before = lives(live)
    result = live.run("rollback", "together", "production")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "There is no earlier version of jobs/production" in result.stderr
    assert lives(live) == before == [sha, *before[1:]]
    assert live.rows("SELECT * FROM tb_deployment WHERE kind = 'rollback'") == []


@pytest.mark.feature("CLI-28")
def test_one_member_of_a_group_goes_back_alone(live):
    first = live.repository.labels["v1"]
    second = live.commit()
    deploy(live)
    answer = live.run("rollback", "together", "production", "--service", "api", "--json").json
    assert (answer["fraise"], answer["status"]) == ("api", "success")
    assert lives(live) == [second, first, second]
    result = live.run("rollback", "together", "production", "--to", first)
    assert (result.exit_code, "add --service" in result.stderr) == (2, True)


@pytest.mark.feature("TYP-06", "CLI-31")
def test_what_is_asked_of_a_group_is_answered_for_each_member(live):
    answers = {
        name: live.run(name, "together", "production", "--json").json for name in ("logs", "why", "test")
    }
    names = ["web", "api", "jobs"]
    assert {key: [one["fraise"] for one in told] for key, told in answers.items()} == dict.fromkeys(
        answers, names
    )
    assert all("starting v1" in str(one["lines"]) for one in answers["logs"])
    assert all(one["healthy"] for one in answers["test"])
    said = live.run("logs", "together", "production")
    assert all(f"[{name}] starting v1" in said.stdout for name in names)
    assert "api: http" in live.run("test", "together", "production").stdout
    past = live.run("history", "together", "--limit", "2", "--json").json
    assert [one["fraise"] for one in past] == ["jobs", "api"]
    refused = live.run("stop", "together", "production")
    assert refused.exit_code == 2
    assert "known: web, api, jobs" in refused.stderr


@pytest.mark.feature("TYP-06")
def test_members_come_after_those_that_they_depend_on(shop):
    configure(shop, web={"depends_on": "api"}, api={"depends_on": ["jobs"]})
    shop.commit()
    code, ended, _ = deploy(shop)
    assert (code, ended) == (0, [("jobs", "success"), ("api", "success"), ("web", "success")])
    begun = [one["fraise"] for one in shop.rows("SELECT fraise FROM tb_deployment ORDER BY pk_deployment")]
    assert begun == ["jobs", "api", "web"]
    configure(shop, web={"depends_on": "api"}, api={"depends_on": ["web"]})
    refused = shop.run("deploy", "together", "production")
    assert refused.exit_code == 2
    assert "wait for each other" in refused.stderr
    configure(shop, web={"depends_on": "apy"})
    unknown = shop.run("deploy", "together", "production")
    assert unknown.exit_code == 2
    assert "there is no 'apy' to depend on" in unknown.stderr
