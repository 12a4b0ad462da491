"""`fraisier audit`: who did what."""

import os

import pytest


@pytest.mark.feature("DEP-23")
def test_everything_is_listed_with_who_when_from_where_and_how_it_ended(shop):
    assert shop.run("audit").stdout == "Nothing has been done yet.\n"
    shop.commit()
    shop.deploy()
    shop.env["SSH_CONNECTION"] = "192.0.2.7 50000 192.0.2.1 22"
    shop.env["LOGNAME"] = shop.env["USER"] = "bob"
    shop.run("hold", "shop", "production", "--reason", "sale")
    rows = shop.run("audit", "--fraise", "shop", "--environment", "production", "--json").json
    assert [row["what"] for row in rows] == [
        "lane.held",
        "deployment.succeeded",
        "deployment.started",
        "request.made",
    ]
    assert [row["who"] for row in rows] == ["bob", "ada", "ada", "ada"]
    assert rows[0]["requested_from"] == f"{os.uname().nodename} from 192.0.2.7"
    assert rows[1]["requested_from"] == os.uname().nodename
    assert (rows[1]["result"], rows[1]["deployment_id"], rows[3]["request_id"]) == (
        "success",
        "dep_00001",
        "req_00001",
    )
    assert rows[0]["reason"] == "sale"
    assert all(row["at"] for row in rows)
    assert len(shop.run("audit", "--limit", "1").stdout.splitlines()) == 2
