"""`fraisier lock`, and what a deleted lock does."""

import sqlite3

import pytest

from tests.support.running import reached, running, why
from tests.support.steering import live_and_then_building


def test_locks_are_listed_and_one_is_broken(quick):
    assert quick.run("lock", "list", "--json").json == []
    first = live_and_then_building(quick)
    with running(quick, "deploy", "shop", "production", "--json") as owner:
        reached(quick, "build_release")
        [lock] = quick.run("lock", "list", "--json").json
        assert (lock["deployment_id"], lock["valid"]) == ("dep_00002", True)
        assert lock["holder"].endswith(f":{owner.pid}")
        assert quick.run("lock", "break", "shop", "production").exit_code == 2
        broken = quick.run("lock", "break", "shop", "production", "--reason", "it hangs", "--json")
        assert broken.json["broken"]["holder"] == lock["holder"]
        code, told = owner.end()
        assert (code, told["error"]["code"]) == (3, "lease_lost")
        stuck = why(quick)
        assert stuck["state"] == "stuck"
        assert "goes back" in stuck["if_it_died"]
        quick.configure()
        assert quick.deploy()["status"] == "success"
    assert [row["status"] for row in quick.history()] == ["success", "failed", "failed", "success"]
    assert quick.live_version() != first
    [event] = quick.rows("SELECT * FROM tb_event WHERE type = 'lock.broken'")
    assert event["actor"] == "ada"
    assert "it hangs" in event["data"]
    assert quick.run("lock", "list").stdout == "No locks: nothing runs.\n"
    assert "Nobody holds" in quick.run("lock", "break", "shop", "production", "--reason", "x").stdout


@pytest.mark.feature("DEP-16")
def test_deleting_the_lock_by_sql_stops_the_holder(quick):
    first = live_and_then_building(quick)
    assert quick.rows("SELECT * FROM tb_deployment_lock") == []
    with running(quick, "deploy", "shop", "production", "--json") as owner:
        reached(quick, "build_release")
        connection = sqlite3.connect(quick.database)
        with connection:
            connection.execute("DELETE FROM tb_deployment_lock WHERE fraise = 'shop'")
        connection.close()
        code, told = owner.end()
        assert (code, told["error"]["code"]) == (3, "lease_lost")
        quick.configure()
        assert quick.deploy()["status"] == "success"
    assert quick.live_version() != first
    assert quick.rows("SELECT * FROM tb_deployment_lock") == []
