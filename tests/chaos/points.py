"""Where a process can be killed: every moment around every step of a plan, and around what begins and ends a claim.

The names are made from the plan itself, so a new step has its points on the day it is added.
"""

from __future__ import annotations

import os
import random
import tempfile
from pathlib import Path
from typing import Any

import yaml

from fraisier.config import FraisierConfig
from fraisier.engine.planner import plan
from fraisier.model.commit import Commit
from fraisier.model.plan import Observed, Plan
from fraisier.model.release import Release
from fraisier.model.status import Kind
from fraisier.model.step import Position

MOMENTS = ("before-intent", "before-effect", "before-done")
SAMPLE = os.environ.get("FRAISIER_KILL_POINTS", "20")
SEED = os.environ.get("FRAISIER_KILL_SEED", "1")
OLD, NEW = (Release(name=sha * 7, commit=Commit(sha=sha * 40)) for sha in "ab")


def sample(every: list[Any], *, share: float = 1) -> list[Any]:
    """As many as `make test` has time for, or a share of so many, drawn by the seed; all of them in `make chaos`."""
    if SAMPLE == "all":
        return every
    return random.Random(SEED).sample(every, min(len(every), int(int(SAMPLE) * share)))


def in_step(ordinal: int, moment: str, *, undo: bool = False) -> str:
    return f"{'undo' if undo else 'apply'}.{ordinal}.{moment}"


def in_call(function: str, moment: str) -> str:
    return f"{function}.{moment}"


def effect(number: int, moment: str) -> str:
    return f"effect.{number}.{moment}"


def raising_fence(moment: str) -> str:
    return f"fence.{moment}"


def planned(
    config: dict[str, Any],
    *,
    old: Release | None = OLD,
    kind: Kind = Kind.DEPLOY,
    home: str = "",
    job: str = "",
) -> Plan:
    """The plan that this fraises.yaml leads to."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "fraises.yaml")
        file.write_text(yaml.safe_dump(config), encoding="utf-8")
        environment = FraisierConfig(str(file)).get_fraise_environment("shop", "production")
    observed = Observed(
        attempt="now",
        commit=NEW.commit,
        release_name=NEW.name,
        installation_id="test",
        mirror="/nowhere",
        live=old,
        reuse=NEW if kind is Kind.ROLLBACK else None,
        service_manager="supervisor",
        home=home,
    )
    return plan(environment, [observed], Kind.JOB if job else kind, job=job)


def forward(one: Plan) -> list[str]:
    """Every moment of a deployment that succeeds."""
    begin = ("fn_claim_deployment", "fn_start_deployment")
    return [
        *(in_call(name, moment) for name in begin for moment in ("before", "after")),
        raising_fence("before"),
        raising_fence("after"),
        *(in_step(ordinal, moment) for ordinal, _ in enumerate(one.steps) for moment in MOMENTS),
        in_call("fn_complete_deployment", "before"),
        in_call("fn_complete_deployment", "after"),
    ]


def back(one: Plan) -> list[str]:
    """Every moment of the way back of a version that is found sick."""
    judged = next(ordinal for ordinal, step in enumerate(one.steps) if step.kind == "check_health")
    return [
        in_call("fn_turn_back", "before"),
        in_call("fn_turn_back", "after"),
        *(
            in_step(ordinal, moment, undo=True)
            for ordinal in reversed(range(judged + 1))
            for moment in MOMENTS
        ),
        in_call("fn_complete_deployment", "before"),
        in_call("fn_complete_deployment", "after"),
    ]


def recovering() -> list[str]:
    """Every moment in which somebody takes a deployment over."""
    return [
        in_call("fn_take_over", "before"),
        in_call("fn_take_over", "after"),
        raising_fence("before"),
        raising_fence("after"),
        in_call("fn_record_recovery", "after"),
    ]


def recovering_forward(one: Plan) -> list[str]:
    """Every moment of whoever ends a deployment that had been left at its switch."""
    switch = next(n for n, step in enumerate(one.steps) if step.position is Position.SWITCH)
    since = range(switch, len(one.steps))
    ending = [in_call("fn_complete_deployment", moment) for moment in ("before", "after")]
    return [*recovering(), *(in_step(n, moment) for n in since for moment in MOMENTS), *ending]


def recovering_back(*, since: int) -> list[str]:
    """Every moment of whoever goes on with a way back that had been left at step `since`."""
    undone = reversed(range(since + 1))
    ending = [in_call("fn_complete_deployment", moment) for moment in ("before", "after")]
    return [*recovering(), *(in_step(n, moment, undo=True) for n in undone for moment in MOMENTS), *ending]
