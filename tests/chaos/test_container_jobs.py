"""kill -9 in the middle of a job that runs in a container, which is dockerd's child: it ends all the same."""

from __future__ import annotations

import os
import signal
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest

from fraisier.hosts.compose.commands import JOB_LABEL
from tests.chaos import points
from tests.chaos.containers import ContainerLane
from tests.chaos.lane import VICTIMS_LEASE
from tests.chaos.state import open_work
from tests.hosts.engine import Engine
from tests.support.processes import until

pytestmark = [pytest.mark.docker, pytest.mark.timeout(400)]

JOBS: Final[dict[str, Any]] = {
    "quick": {"schedule": "0 2 * * *", "script": "true"},
    "long": {"schedule": "0 2 * * *", "script": "sleep 1000"},
}
OWN: Final = {"provider": "docker_compose", "service": "web", "jobs": JOBS}
PLACE: Final = {"git_repo": "/srv/origin.git", "app_path": "/srv/shop"}
CONFIG: Final = {"fraises": {"shop": {"type": "scheduled", "environments": {"production": PLACE | OWN}}}}
QUICK: Final = points.planned(CONFIG, job="quick")


class JobLane(ContainerLane):
    """A lane of jobs, each run of which is a container of the engine."""

    def __init__(self, long: Path, short: Path, engine: Engine) -> None:
        super().__init__(long, short, engine)
        place = {
            key: value for key, value in self.shop.environment().items() if key in {"git_repo", "app_path"}
        }
        self.shop.write_config(
            {"fraises": {"shop": {"type": "scheduled", "environments": {"production": place | OWN}}}}
        )
        self.shop.commit()
        assert self.shop.deploy()["status"] == "success"

    def runs(self) -> dict[str, str]:
        """The containers of jobs, and how each is. They may go at any moment, so it is one question."""
        shown = self.engine.docker(
            "ps", "--all", "--filter", f"label={JOB_LABEL}", "--format", "{{.ID}} {{.State}}"
        )
        return dict(line.split() for line in shown.splitlines())

    def runs_now(self, *, but: str = "") -> bool:
        """One runs, and it is another one than this."""
        runs = self.runs()
        return list(runs.values()) == ["running"] and but not in runs

    def must_have_ended_well(self) -> dict[str, Any]:
        """Nothing runs, nothing is locked; the newest row."""
        assert open_work(self.shop.database) == []
        assert self.runs() == {}
        assert self.shop.processes() == {}
        assert self.shop.status()["lock"] is None
        return self.newest()


@pytest.fixture(scope="module")
def lane(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[JobLane]:
    with tempfile.TemporaryDirectory(prefix="fr-", dir="/tmp") as short:
        made = JobLane(tmp_path_factory.mktemp("jobs"), Path(short), engine)
        try:
            yield made
        finally:
            made.shop.close()


def test_everything_of_fraisier_dies_and_the_container_lives_on(lane: JobLane):
    victim = lane.start("job", "run", "shop", "production", "long", lease=VICTIMS_LEASE)
    assert until(lane.runs_now, 60)
    victim.kill()
    for pid in lane.shop.processes():
        os.kill(pid, signal.SIGKILL)
    lane.end(victim)
    assert lane.runs_now()
    lane.recover()
    row = lane.must_have_ended_well()
    assert row["status"] == "failed"
    assert "interrupted" in row["error_message"]


def test_compose_alone_dies_and_its_owner_ends_the_container(lane: JobLane):
    owner = lane.start("job", "run", "shop", "production", "long")
    assert until(lane.runs_now, 60)
    for pid in [pid for pid, words in lane.shop.processes().items() if JOB_LABEL in words]:
        os.kill(pid, signal.SIGKILL)
    code, said = lane.end(owner)
    assert code == 1, said
    assert lane.must_have_ended_well()["status"] == "failed"


def test_what_nobody_remembers_ends_before_the_next_run(lane: JobLane):
    """The database is that of yesterday."""
    yesterday = lane.shop.root / "yesterday.db"
    with closing(sqlite3.connect(lane.shop.database)) as database:
        database.execute("VACUUM INTO ?", (str(yesterday),))
    victim = lane.start("job", "run", "shop", "production", "long", lease=VICTIMS_LEASE)
    assert until(lane.runs_now, 60)
    victim.kill()
    lane.end(victim)
    for file in lane.shop.database.parent.glob(f"{lane.shop.database.name}-*"):
        file.unlink()
    yesterday.replace(lane.shop.database)
    [before] = lane.runs()
    again = lane.start("job", "run", "shop", "production", "long")
    assert until(lambda: lane.runs_now(but=before), 60)
    again.send_signal(signal.SIGINT)
    code, said = lane.end(again)
    assert code == 130, said
    assert lane.must_have_ended_well()["status"] == "cancelled"


@pytest.mark.parametrize("at", points.sample(points.forward(QUICK), share=0.1))
def test_a_run_whose_owner_dies(lane: JobLane, at: str):
    lane.kill(at, "job", "run", "shop", "production", "quick")
    lane.recover()
    assert lane.must_have_ended_well()["status"] in {"success", "failed"}
