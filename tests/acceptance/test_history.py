"""What happened is remembered, by whom and why, for deployments and rollbacks alike."""

import pytest


@pytest.fixture
def told(shop):
    """One deployment, one more, a bad one, and a rollback."""
    commits, statuses = [], []
    for mode in ("ok", "ok", "sick"):
        commits.append(shop.commit(mode))
        statuses.append(shop.deploy()["status"])
    statuses.append(shop.rollback()["status"])
    assert statuses == ["success", "success", "rolled_back", "success"], shop.history()
    return commits


@pytest.mark.feature("DB-06", "DEP-12")
def test_rows_carry_versions_commit_branch_trigger_and_user(shop, told):
    first, second, third = told
    rows = shop.rows("SELECT * FROM tb_deployment ORDER BY pk_deployment")
    assert [(row["old_version"], row["new_version"], row["status"]) for row in rows] == [
        (None, first, "success"),
        (first, second, "success"),
        (second, third, "rolled_back"),
        (second, first, "success"),
    ]
    assert [row["git_commit"] for row in rows] == [first, second, third, first]
    for row in rows:
        assert row["git_branch"] == "main"
        assert row["triggered_by"] == "manual"
        assert row["requested_by"] == "ada"
        assert row["completed_at"] >= row["started_at"]
        assert row["duration_seconds"] >= 0
    assert rows[2]["error_message"]


@pytest.mark.feature("CLI-18", "CLI-19", "CLI-20", "CLI-21", "DB-14")
def test_history_is_newest_first_and_can_be_filtered(shop, told):
    rows = shop.history()
    assert [row["status"] for row in rows] == ["success", "rolled_back", "success", "success"]
    assert len(shop.run("history", "--limit", "2", "--json").json) == 2
    assert len(shop.run("history", "shop", "production", "--json").json) == 4
    assert shop.run("history", "--fraise", "shop", "--limit", "1", "--json").json == rows[:1]
    lines = [line for line in shop.run("history").stdout.splitlines() if "dep_" in line]
    assert [word for line in lines for word in line.split() if word.startswith("dep_")] == [
        "dep_00004",
        "dep_00003",
        "dep_00002",
        "dep_00001",
    ]


@pytest.mark.feature("CLI-15")
def test_status_is_what_runs(shop, told):
    status = shop.status()
    assert status["schema"] == 1
    assert status["current_version"] == told[0]
    assert status["status"] == "healthy"
    assert status["target_provider"] == "bare_metal"
    assert status["lock"] is None
    assert status["last_deployed_at"].endswith(("Z", "+00:00"))
    assert shop.rows("SELECT * FROM tb_deployment_lock") == []


@pytest.mark.feature("CLI-30")
def test_logs_of_a_deployment_show_what_its_commands_printed(shop):
    shop.commit("bad-build")
    shop.deploy()
    result = shop.run("logs", "dep_00001")
    assert result.exit_code == 0
    assert "this version does not compile" in result.stdout
    assert "compile" in shop.run("logs", "dep_00001", "--tail", "5").stdout


@pytest.mark.feature("CLI-01", "CLI-02", "CLI-38")
def test_list_draws_the_registry(shop):
    shop.configure(environments={"staging": {}, "production": {}})
    assert shop.run("list").stdout.splitlines()[-4:] == [
        "Fraisier - Fraise Registry",
        "└── shop (api) - The shop",
        "    ├── staging → bare-metal",
        "    └── production → bare-metal",
    ]
    flat = shop.run("list", "--flat").stdout
    assert len(flat.split("production")) == 2
    assert "├" not in flat
    assert not shop.database.exists()
