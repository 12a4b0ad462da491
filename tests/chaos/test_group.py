"""Whoever deploys a group is killed: all of its members have arrived then, or all of them go back."""

from __future__ import annotations

import signal
import tempfile
from pathlib import Path

import pytest

from tests.chaos import points
from tests.chaos.lane import OVERRIDES, VICTIMS_LEASE, Lane
from tests.chaos.plans import SWITCH, UPDATE
from tests.chaos.state import open_work

MEMBERS = ("web", "api")
LAST = len(UPDATE.steps) - 1
COMPLETED = points.in_call("fn_complete_deployment", "after")
STARTED = points.in_call("fn_start_deployment", "after")
SWITCHING = points.in_step(SWITCH, "before-effect")
FORWARD = [
    (points.in_call("fn_claim_group", "after"), 0),
    (SWITCHING, 0),
    (STARTED, 1),
    (SWITCHING, 1),
    (points.in_step(LAST, "before-done"), 1),
    (points.in_call("fn_complete_deployment", "before"), 0),
    (COMPLETED, 0),
]
BACK = [
    (points.in_call("fn_turn_back", "after"), 1),
    (points.in_step(SWITCH, "before-effect", undo=True), 1),
    (COMPLETED, 0),
]
"""A moment, and how often it passes before it is meant: each member comes by."""


class Pair(Lane):
    """Two services and the group of both."""

    def __init__(self, long: Path, short: Path) -> None:
        super().__init__(long, short)
        keys = {**OVERRIDES, "env_vars": {"LEDGER": str(self.ledger)}}
        environments = {name: self.shop.environment(name, **keys) for name in MEMBERS}
        self.illness = long / "api-is-sick"
        environments["api"]["build"] = [
            "sh",
            "-c",
            f"./build.sh; [ ! -e {self.illness} ] || echo sick > mode",
        ]
        fraises = {name: {"environments": {"production": keys}} for name, keys in environments.items()}
        both = {"type": "service_group", "services": list(MEMBERS)}
        self.shop.write_config({"fraises": {**fraises, "both": both}})

    def lives(self) -> list[str | None]:
        return [self.shop.live_version(name) for name in MEMBERS]

    def ended(self) -> set[str]:
        """How the newest deployments of both ended."""
        newest = "SELECT fraise, status, MAX(pk_deployment) FROM tb_deployment GROUP BY fraise"
        return {row["status"] for row in self.shop.rows(newest)}

    def must_have_ended_together(self, *, new: str, old: str) -> str:
        """Both run the same version, well, and nothing is open; which one it is."""
        assert open_work(self.shop.database) == []
        [live] = set(self.lives())
        assert live in {new, old}
        states = self.shop.rows("SELECT current_version, status FROM tb_fraise_state")
        assert states == [{"current_version": live, "status": "healthy"}] * 2
        left = {words for words in self.shop.processes().values() if "supervisord" not in words}
        assert all(words.endswith("app.py") for words in left), left
        return live


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    with tempfile.TemporaryDirectory(prefix="fr-", dir="/tmp") as short:
        pair = Pair(tmp_path_factory.mktemp("pair"), Path(short))
        try:
            pair.shop.commit()
            assert pair.shop.run("deploy", "both", "production").exit_code == 0
            yield pair
        finally:
            pair.shop.close()


@pytest.fixture
def pair(kept):
    """Both with an old version live, and no hold of what went before."""
    for name in MEMBERS:
        kept.shop.run("unhold", name, "production")
    return kept


def dies_and_is_recovered(pair, at, skip):
    code, said = pair.run("deploy", "both", "production", at=at, skip=skip, lease=VICTIMS_LEASE)
    assert code == -signal.SIGKILL, (at, skip, code, said)
    pair.recover()


@pytest.mark.parametrize(("at", "skip"), FORWARD)
def test_on_the_way_forward(pair, at, skip):
    [old], new = set(pair.lives()), pair.shop.commit()
    dies_and_is_recovered(pair, at, skip)
    live = pair.must_have_ended_together(new=new, old=old)
    assert (live == new) == (at == COMPLETED)
    assert live == old or pair.ended() == {"success"}


@pytest.mark.parametrize(("at", "skip"), BACK)
def test_on_the_way_back(pair, at, skip):
    [old], new = set(pair.lives()), pair.shop.commit()
    pair.illness.touch()
    try:
        dies_and_is_recovered(pair, at, skip)
    finally:
        pair.illness.unlink()
    assert pair.must_have_ended_together(new=new, old=old) == old
    assert "success" not in pair.ended()
