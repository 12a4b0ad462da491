"""An owner that stood still while somebody else ended its deployment: it wakes up, changes nothing, and says why."""

from __future__ import annotations

import shutil
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.chaos import points
from tests.chaos.lane import VICTIMS_LEASE, Lane
from tests.chaos.plans import SWITCH, UPDATE
from tests.support import processes

TEN_HOURS = 36_000.0  # seconds
DEATH = points.in_step(SWITCH, "before-effect")
DEATH_ON_THE_WAY_BACK = points.in_step(SWITCH, "before-effect", undo=True)
FORWARD = [points.in_step(ordinal, "before-effect") for ordinal, _ in enumerate(UPDATE.steps)]
TELLS = [points.in_step(ordinal, "before-done") for ordinal, _ in enumerate(UPDATE.steps)]
MOMENTS = [*FORWARD, *TELLS, points.in_call("fn_complete_deployment", "before")]


def stands_still(lane: Lane, at: str, *command: str, **more):
    """`fraisier deploy`, or another command, stopped at this moment."""
    command = command or ("deploy", "shop", "production")
    owner = lane.start(*command, at=at, send="SIGSTOP", lease=VICTIMS_LEASE, **more)
    assert processes.until(lambda: stopped(owner.pid) or owner.poll() is not None, 30)
    assert owner.poll() is None, owner.communicate()
    return owner


def stopped(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "T"


def wakes_up_and_changes_nothing(lane: Lane, owner) -> None:
    tree, dump = lane.shop.tree(), lane.shop.dump()
    owner.send_signal(signal.SIGCONT)
    code, said = lane.end(owner)
    assert code == 3, (code, said)
    assert any(words in said for words in ("was taken", "ran out", "a newer deployment")), said
    assert lane.shop.dump() == dump
    assert lane.shop.tree() == tree


@pytest.mark.parametrize("at", points.sample(MOMENTS, share=0.5))
def test_stopped_past_its_lease(used_lane, at):
    lane, old, new = used_lane, used_lane.live(), used_lane.shop.commit()
    owner = stands_still(lane, at)
    lane.recover()
    wakes_up_and_changes_nothing(lane, owner)
    lane.must_have_ended(new=new, old=old)


def test_stopped_on_its_way_back(used_lane):
    lane, old, new = used_lane, used_lane.live(), used_lane.shop.commit("sick")
    owner = stands_still(lane, DEATH_ON_THE_WAY_BACK)
    lane.recover()
    wakes_up_and_changes_nothing(lane, owner)
    assert lane.must_have_ended(new=new, old=old)["status"] == "rolled_back"


def test_an_observer_that_took_over_stood_still_too(used_lane):
    lane, old, new = used_lane, used_lane.live(), used_lane.shop.commit()
    lane.kill(DEATH, "deploy", "shop", "production")
    first = stands_still(lane, points.raising_fence("after"), "recover")
    lane.recover()
    tree, dump = lane.shop.tree(), lane.shop.dump()
    first.send_signal(signal.SIGCONT)
    code, said = lane.end(first)
    assert code == 0
    assert any(words in said for words in ("was taken", "ran out", "a newer deployment")), said
    assert (lane.shop.tree(), deployments(lane.shop.dump())) == (tree, deployments(dump))
    lane.must_have_ended(new=new, old=old)


def test_a_command_that_took_over_stood_still_and_follows_who_runs_its_own_request(lane):
    lane.shop.commit()
    lane.shop.deploy()
    new = lane.shop.commit()
    lane.kill(DEATH, "deploy", "shop", "production")
    command = ("deploy", "shop", "production", "--force")
    second = stands_still(lane, points.raising_fence("after"), *command)
    lane.recover()
    second.send_signal(signal.SIGCONT)
    code, said = lane.end(second)
    assert (code, lane.newest()["status"]) == (0, "success"), said
    assert lane.must_be_well({new}) == new


def deployments(dump: list[str]) -> list[str]:
    """What a database says about deployments; an observer also says that it lives."""
    return [line for line in dump if "tb_observer" not in line]


@pytest.mark.parametrize("clock", [TEN_HOURS, -TEN_HOURS])
def test_its_clock_is_ten_hours_off(used_lane, clock):
    lane, old, new = used_lane, used_lane.live(), used_lane.shop.commit()
    owner = stands_still(lane, DEATH, clock=clock)
    lane.recover()
    wakes_up_and_changes_nothing(lane, owner)
    lane.must_have_ended(new=new, old=old)


@pytest.mark.parametrize("clock", [TEN_HOURS, -TEN_HOURS])
def test_the_clock_of_whoever_takes_over_is_ten_hours_off(used_lane, clock):
    lane, old, new = used_lane, used_lane.live(), used_lane.shop.commit()
    owner = stands_still(lane, DEATH)
    code, said = lane.run("recover", clock=clock)
    assert code == 0, said
    wakes_up_and_changes_nothing(lane, owner)
    lane.must_have_ended(new=new, old=old)


def test_its_lock_row_was_deleted(used_lane):
    lane, old, new = used_lane, used_lane.live(), used_lane.shop.commit()
    owner = stands_still(lane, DEATH)
    with closing(sqlite3.connect(lane.shop.database)) as connection, connection:
        connection.execute("DELETE FROM tb_deployment_lock WHERE fraise = 'shop'")
    lane.recover()
    wakes_up_and_changes_nothing(lane, owner)
    lane.must_have_ended(new=new, old=old)


def keep(lane: Lane) -> Path:
    backup = lane.shop.root / "backup.db"
    with closing(sqlite3.connect(lane.shop.database)) as source, closing(sqlite3.connect(backup)) as copy:
        source.backup(copy)
    return backup


def restore(lane: Lane, backup: Path) -> None:
    database = lane.shop.database
    for beside in ("", "-wal", "-shm"):
        database.with_name(database.name + beside).unlink(missing_ok=True)
    shutil.copy(backup, database)
    database.chmod(0o600)


def test_the_state_database_was_restored_from_a_backup(lane):
    """The restored database knows nothing of the deployment. Tokens grow all the same, and the host refuses the old."""
    shop = lane.shop
    old = shop.commit()
    shop.deploy()
    backup = keep(lane)
    shop.commit()
    owner = stands_still(lane, DEATH)
    restore(lane, backup)
    third = shop.commit()
    assert shop.deploy()["status"] == "success"
    [lane_row] = shop.rows("SELECT last_token FROM tb_lane")
    wakes_up_and_changes_nothing(lane, owner)
    assert shop.live_version() == third
    assert shop.status()["current_version"] == third != old
    assert shop.rows("SELECT last_token FROM tb_lane") == [lane_row]


def test_a_backup_from_the_middle_of_a_deployment_does_not_undo_what_came_later(lane):
    """By that journal the version that is live now had not been switched to: its release would be removed."""
    shop = lane.shop
    shop.commit()
    shop.deploy()
    second = shop.commit()
    owner = stands_still(lane, points.in_step(SWITCH, "before-intent"))
    backup = keep(lane)
    lane.recover()
    wakes_up_and_changes_nothing(lane, owner)
    assert shop.deploy()["status"] == "success"
    assert shop.live_version() == second
    restore(lane, backup)
    lane.recover()
    row = lane.newest()
    assert (row["status"], row["new_version"]) == ("rollback_failed", second)
    assert "restored from a backup" in row["error_message"]
    assert shop.live_version() == second
    well = shop.commit()
    assert shop.deploy()["status"] == "success"
    assert lane.must_be_well({well}) == well
