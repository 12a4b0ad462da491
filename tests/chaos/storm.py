"""Kills deployments, and whoever recovers them, at random for a while: `make chaos`.

Every death is printed with what repeats it. A failure ends the storm with exit code 1 and leaves its shop to look at.
"""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from tests.chaos import points
from tests.chaos.lane import VICTIMS_LEASE, Lane
from tests.chaos.plans import FIRST, IN_PLACE, ROLLBACK, SWITCH, UPDATE
from tests.chaos.tree import TreeLane

LONGEST = 4.0  # seconds; a deployment has ended by then on a quiet machine
EFFECTS = 40  # more than a deployment has
NAMED = {
    "deploy": [
        *points.forward(UPDATE),
        *points.back(UPDATE),
        *points.forward(IN_PLACE),
        *points.back(IN_PLACE),
    ],
    "first": [*points.forward(FIRST), *points.back(FIRST)],
    "rollback": [*points.forward(ROLLBACK), *points.back(ROLLBACK)],
    "recover": [*points.recovering_forward(UPDATE), *points.recovering_back(since=SWITCH)],
}


def trap(dice: random.Random, what: str) -> dict[str, Any]:
    """A named moment, a moment around or in the middle of an effect, or any moment at all."""
    kind = dice.choice(("named", "effect", "time"))
    if kind == "named":
        return {"at": dice.choice(NAMED[what])}
    if kind == "effect":
        moment = dice.choice(("before", "during", "during", "after"))
        return {"at": points.effect(dice.randint(1, EFFECTS), moment)}
    return {"after": round(dice.uniform(0.05, LONGEST), 3)}


class Storm:
    """One shop after the other, each through a number of deaths."""

    def __init__(self, seed: str, until: float) -> None:
        self._dice = random.Random(seed)
        self._seed, self._until = seed, until
        self.deaths = 0

    def blow(self) -> None:
        while time.monotonic() < self._until:
            folder, short = (Path(tempfile.mkdtemp(prefix=f"storm{end}-", dir="/tmp")) for end in ("", "s"))
            lane = self._dice.choice((Lane, Lane, TreeLane))(folder, short)
            try:
                self._through(lane)
            except BaseException:
                print(f"seed {self._seed}: failed in {folder}", flush=True)
                raise
            finally:
                lane.shop.close()
            shutil.rmtree(folder)
            shutil.rmtree(short)

    def _through(self, lane: Lane) -> None:
        self._death(lane, "first")
        for _ in range(self._dice.randint(4, 12)):
            if time.monotonic() > self._until:
                return
            back = len(lane.names()) == 2 and lane.live() and self._dice.random() < 0.3
            back = back and type(lane) is Lane  # no file there can be made sick
            self._death(lane, "rollback" if back else "deploy" if lane.live() else "first")

    def _death(self, lane: Lane, what: str) -> None:
        dice, old = self._dice, lane.live()
        sick = dice.random() < 0.4
        if what == "rollback":
            new = lane.other()
            command, illness = ("rollback", "shop", "production", "--to", new), lane.sick(new)
        else:
            new = lane.shop.commit("sick" if sick else "ok")
            command, illness = ("deploy", "shop", "production"), nullcontext()
        before = lane.newest()
        chosen = trap(dice, what)
        with illness if sick else nullcontext(), lane.watching():
            said = [self._dies(lane, command, chosen)]
            more = dice.choice((0, 0, 1, 2))
            said += [self._dies(lane, ("recover",), trap(dice, "recover")) for _ in range(more)]
            lane.recover()
            print(f"seed {self._seed}: {what}{' sick' * sick} {'; '.join(said)}", flush=True)
            if lane.newest() == before:  # it died before it could begin
                lane.must_be_well({old})
            else:
                lane.must_have_ended(new=new, old=old)
            assert not sick or lane.live() == old

    def _dies(self, lane: Lane, command: tuple[str, ...], chosen: dict[str, Any]) -> str:
        code, said = lane.run(*command, lease=VICTIMS_LEASE, **chosen)
        assert code in {-signal.SIGKILL, 0, 1, 3}, (code, said)
        assert "Traceback" not in said, said
        self.deaths += code == -signal.SIGKILL
        return f"{command[0]} {chosen} -> {code}"


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=float, default=600)
    asked.add_argument("--seed", default=None)
    asked.add_argument("--shops", type=int, default=4)
    chosen = asked.parse_args()
    seed = chosen.seed or str(random.SystemRandom().randrange(10**6))
    print(f"seed {seed}: again with `make chaos SEED={seed}`", flush=True)
    until = time.monotonic() + chosen.seconds
    storms = [Storm(f"{seed}.{number}", until) for number in range(chosen.shops)]
    with ThreadPoolExecutor(chosen.shops) as pool:
        blowing = [pool.submit(storm.blow) for storm in storms]
    failed = [error for one in blowing if (error := one.exception())]
    for error in failed:
        traceback.print_exception(error)
    print(f"{sum(storm.deaths for storm in storms)} deaths, {len(failed)} failures", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
