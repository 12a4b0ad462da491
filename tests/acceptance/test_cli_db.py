"""`fraisier db`: the file is looked after while others use it, and nothing that is needed goes."""

import json
import sqlite3
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fraisier.database import Database
from tests.support.ports import free_port
from tests.support.processes import until


def days_ago(days):
    return f"{datetime.now(UTC) - timedelta(days=days):%Y-%m-%dT%H:%M:%S.%fZ}"


def record(shop, days, status="success", environment="production", **columns):
    at = days_ago(days)
    with Database(shop.database) as database:
        return database.record_deployment(
            "shop",
            environment,
            status=status,
            started_at=at,
            completed_at=at,
            new_version="a" * 40,
            **columns,
        )["identifier"]


@pytest.fixture
def aged(shop):
    """Nine deployments of 100 days ago and one of today."""
    for number in range(9):
        record(shop, 100 - number / 100, "failed" if number % 2 else "success")
    record(shop, 0)
    return shop


def test_upgrade_makes_the_tables_and_then_has_nothing_to_do(shop):
    first = shop.run("db", "upgrade", "--json").json
    assert (first["before"], first["file"]) == (0, str(shop.database))
    again = shop.run("db", "upgrade")
    assert again.exit_code == 0
    assert f"is up to date: schema {first['version']}" in again.stdout


def test_check_of_a_sound_database(shop):
    assert "There is no database" in shop.run("db", "check").stdout
    assert not shop.database.exists()
    record(shop, 1)
    assert shop.run("db", "check").stdout.startswith(f"✓ {shop.database} is sound: schema ")
    answer = shop.run("db", "check", "--json").json
    assert answer["sound"] is True
    assert answer["version"] == answer["newest_version"]


def test_check_finds_damage_and_dangling_rows(aged):
    connection = sqlite3.connect(aged.database)
    connection.execute("INSERT INTO tb_host_state (fk_lane, host, updated_at) VALUES (4711, 'here', 'now')")
    connection.commit()
    connection.close()
    dangling = aged.run("db", "check", "--json")
    assert dangling.exit_code == 1
    assert "tb_host_state" in dangling.json["dangling"][0]
    size = aged.database.stat().st_size
    with aged.database.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\xff" * (size // 4))
    broken = aged.run("db", "check")
    assert broken.exit_code == 1
    assert str(aged.database) in broken.stderr


def test_check_does_not_upgrade(shop):
    record(shop, 1)
    connection = sqlite3.connect(shop.database)
    newest = connection.execute("SELECT MAX(version) FROM tb_schema_version").fetchone()[0]
    connection.execute("UPDATE tb_schema_version SET version = 0 WHERE version = ?", (newest,))
    connection.commit()
    connection.close()
    found = shop.run("db", "check")
    assert found.exit_code == 1
    assert found.stderr.endswith("Hint: fraisier db upgrade\n")


def test_a_backup_while_somebody_writes_is_whole_and_restores(aged):
    target = aged.root / "backup.db"
    writing = threading.Event()
    writing.set()

    def write():
        with Database(aged.database) as database:
            while writing.is_set():
                database.record_deployment("shop", "production", status="failed")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        answer = aged.run("db", "backup", str(target), "--json").json
    finally:
        writing.clear()
        writer.join()
    assert answer["bytes"] == target.stat().st_size
    assert target.stat().st_mode & 0o777 == 0o600
    assert not list(aged.root.glob("backup.db.*"))
    restored = aged.run("history", "--limit", "500", "--json", env={"FRAISIER_DB_PATH": str(target)}).json
    assert len(restored) >= 10
    assert aged.run("db", "check", env={"FRAISIER_DB_PATH": str(target)}).exit_code == 0


def test_a_backup_never_replaces_a_file_unasked(aged):
    target = aged.root / "backup.db"
    target.write_text("mine")
    refused = aged.run("db", "backup", str(target))
    assert (refused.exit_code, target.read_text()) == (2, "mine")
    assert aged.run("db", "backup", str(target), "--force").exit_code == 0
    assert target.read_bytes().startswith(b"SQLite format 3")
    itself = aged.run("db", "backup", str(aged.database), "--force")
    assert itself.exit_code == 2
    assert aged.run("db", "check").exit_code == 0
    nowhere = aged.run("db", "backup", str(aged.root / "no" / "folder.db"))
    assert nowhere.exit_code == 1
    assert "cannot be written" in nowhere.stderr


@pytest.mark.feature("DB-26")
def test_prune_exports_and_deletes_what_is_old_and_not_needed(aged):
    archive = aged.root / "old.jsonl"
    result = aged.run("db", "prune", "--older-than", "90d", "--archive", str(archive), "--vacuum")
    assert (result.exit_code, result.stderr) == (0, "")
    left = {row["identifier"] for row in aged.history()}
    assert left == {"dep_00009", "dep_00010"}  # the last two successes; the newest of them is from today
    exported = [json.loads(line) for line in archive.read_text().splitlines()]
    assert [row["identifier"] for row in exported] == [f"dep_{number:05}" for number in range(1, 9)]
    assert {row["table"] for row in exported} == {"tb_deployment"}
    assert archive.stat().st_mode & 0o777 == 0o600
    assert aged.run("db", "check").exit_code == 0
    [event] = aged.rows("SELECT * FROM tb_event WHERE type = 'database.pruned'")
    assert (json.loads(event["data"])["deployments"], event["actor"]) == (8, "ada")
    again = aged.run("db", "prune", "--archive", str(aged.root / "none.jsonl"), "--json").json
    assert (again["deployments"], again["archive"]) == (0, None)
    assert not (aged.root / "none.jsonl").exists()


def test_prune_leaves_what_runs_and_what_a_rollback_needs(shop):
    first, second = shop.commit(), shop.commit()
    shop.deploy("production", "--commit", first)
    shop.deploy("production", "--commit", second)
    events = shop.rows("SELECT COUNT(*) AS n FROM tb_event")[0]["n"]
    assert shop.run("db", "prune", "--older-than", "0").exit_code == 0
    assert len(shop.history()) == 2
    assert shop.rollback()["new_version"] == first
    shop.rollback("production", "--to", second)
    shop.deploy("production", "--force")
    pruned = shop.run("db", "prune", "--older-than", "0", "--json").json
    assert pruned["deployments"] == 3
    assert pruned["archive"].startswith(str(shop.database.parent / "archive"))
    exported = [json.loads(line) for line in Path(pruned["archive"]).read_text().splitlines()]
    assert all(row["steps"] for row in exported)
    assert shop.rows("SELECT COUNT(*) AS n FROM tb_event")[0]["n"] > events
    assert not shop.rows(
        "SELECT 1 FROM tb_deployment_request r WHERE NOT EXISTS"
        " (SELECT 1 FROM tb_deployment d WHERE d.fk_request = r.pk_deployment_request)"
    )
    assert shop.deploy("production", "--force")["status"] == "success"


def test_prune_never_touches_a_running_deployment(aged):
    connection = sqlite3.connect(aged.database)
    lane = connection.execute("SELECT pk_lane FROM tb_lane").fetchone()[0]
    connection.execute(
        "INSERT INTO tb_deployment (fk_lane, fraise, environment, status, started_at, completed_at, triggered_by)"
        " VALUES (?, 'shop', 'production', 'in_progress', '2020-01-01', '2020-01-01', 'manual')",
        (lane,),
    )
    connection.commit()
    connection.close()
    aged.run("db", "prune", "--older-than", "0s")
    assert [row["status"] for row in aged.history() if row["status"] == "in_progress"] == ["in_progress"]


def test_prune_forgets_refused_webhooks_and_keeps_accepted_ones(shop):
    with Database(shop.database) as database:
        for outcome in ("refused", "ignored", "accepted"):
            database.record_webhook_event("github", "push", outcome=outcome, delivery_id=outcome)
    assert shop.run("db", "prune", "--older-than", "0", "--json").json["webhooks"] == 2
    assert [row["outcome"] for row in shop.run("webhooks", "--json").json] == ["accepted"]


def test_prune_does_not_overwrite_an_archive_or_lose_rows_to_a_bad_one(aged):
    archive = aged.root / "old.jsonl"
    archive.write_text("mine")
    for file in (archive, aged.root / "old.jsonl" / "below"):
        result = aged.run("db", "prune", "--archive", str(file))
        assert result.exit_code == 1
        assert "What was not exported stays." in result.stderr
    assert archive.read_text() == "mine"
    assert len(aged.history()) == 10


def test_a_wrong_age_is_a_usage_error(shop):
    result = shop.run("db", "prune", "--older-than", "soon")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "90, 30s, 5m" in result.stderr


@pytest.mark.feature("DB-37")
@pytest.mark.parametrize("command", ["observe", "serve"])
def test_whoever_observes_keeps_house_when_told_so(aged, command):
    port = ["--port", str(free_port())] if command == "serve" else []
    with subprocess.Popen(
        [aged.fraisier, command, *port], env=aged.env | {"FRAISIER_KEEP": "90d"}, cwd=aged.root
    ) as observing:
        try:
            assert until(lambda: len(aged.statuses()) == 2, 30)
        finally:
            observing.terminate()
        assert observing.wait(30) == 0
    [archive] = (aged.database.parent / "archive").iterdir()
    assert len(archive.read_text().splitlines()) == 8


def test_whoever_observes_keeps_everything_unless_told(aged):
    with aged.serving():
        assert aged.run("deploy", "shop", "nowhere").exit_code == 2
    assert len(aged.history()) == 10
    assert aged.run("observe", "--keep", "soon").exit_code == 2
