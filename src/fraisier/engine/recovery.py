"""How a deployment whose owner died goes on. Decides from the journal and from what `check` sees."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec

from fraisier.model.plan import Plan
from fraisier.model.status import BEGUN, Direction, StepStatus
from fraisier.model.step import HEALTH, OnFailure, Position, Seen, Step, registered

MAX_FORWARD = 3  # takeovers until the way is back
MAX_BACK = 6  # takeovers until a person is told
Look = Callable[[int, Step], Awaitable[Seen]]


class Resume(msgspec.Struct, frozen=True, kw_only=True):
    """What the new owner does: go `back`, or forward with the steps of `rest`; `touched` is what a way back undoes.

    `switched` tells whether the new version had been reached for, undone since or not.
    `found_done` are steps whose journal entry says running while the world says done. Among `rest` are the health
    checks that were passed before: what was well then has to be well now. `gone_back` are hosts without which the
    others go on. `give_up` ends the deployment for a person.
    """

    back: bool
    touched: tuple[int, ...]
    switched: bool
    rest: tuple[int, ...] = ()
    found_done: tuple[int, ...] = ()
    gone_back: tuple[str, ...] = ()
    give_up: bool = False
    reason: str = ""


async def decide(
    plan: Plan,
    journal: Sequence[dict[str, Any]],
    direction: str,
    takeovers: int,
    look: Look,
    *,
    parked: bool = False,
) -> Resume:
    """Choose the way from the rows of the journal; looks only at the steps that were interrupted.

    A `parked` deployment stopped between two steps and goes on in its direction. One whose owner died: before the
    switch the way is back. At or after it the way is forward, unless a step has failed, nobody can tell whether one
    that must not be repeated has run, or three owners died trying.
    """
    touched = tuple(row["ordinal"] for row in journal if row["status"] in BEGUN)
    switched = any(
        row["status"] not in _UNTOUCHED and plan.steps[row["ordinal"]].position is Position.SWITCH
        for row in journal
    )
    back = functools.partial(Resume, back=True, touched=touched, switched=switched)
    if takeovers > MAX_BACK:
        return back(give_up=True, reason=f"{takeovers} owners died while they tried to end it")
    if direction == Direction.BACK:
        return back(reason="it was on its way back")
    if takeovers > MAX_FORWARD:
        return back(reason=f"{takeovers} owners died on the way forward")
    if failed := [row["ordinal"] for row in journal if _sends_back(plan, row)]:
        return back(reason=f"{plan.steps[failed[0]].title!r} had failed")
    if not switched and not parked:
        return back(reason="its owner died before the switch")
    return await _onward(plan, journal, touched, look, switched=switched)


_UNTOUCHED = {StepStatus.PENDING, StepStatus.SKIPPED}


def _sends_back(plan: Plan, row: dict[str, Any]) -> bool:
    """Its owner died between a failure and the decision that follows from it."""
    return row["status"] == StepStatus.FAILED and plan.steps[row["ordinal"]].on_failure is OnFailure.BACK


async def _onward(
    plan: Plan, journal: Sequence[dict[str, Any]], touched: tuple[int, ...], look: Look, *, switched: bool
) -> Resume:
    passed = tuple(
        row["ordinal"]
        for row in journal
        if row["status"] == StepStatus.DONE and plan.steps[row["ordinal"]].kind == HEALTH
    )
    done: list[int] = []
    for ordinal in (row["ordinal"] for row in journal if row["status"] == StepStatus.RUNNING):
        step = plan.steps[ordinal]
        seen = Seen.NOT_DONE if step.kind == HEALTH else await look(ordinal, step)
        if seen is Seen.DONE:
            done.append(ordinal)
        elif seen is Seen.CANNOT_TELL and not registered(step).repeatable:
            reason = f"nobody can tell whether {step.title!r} ran"
            return Resume(back=True, touched=touched, switched=True, reason=reason)
    waiting = (row["ordinal"] for row in journal if row["status"] in _TO_RUN and row["ordinal"] not in done)
    return Resume(
        back=False,
        touched=touched,
        switched=switched,
        rest=(*passed, *waiting),
        found_done=tuple(done),
        gone_back=_gone_back(plan, journal),
        reason="the rest had to be run",
    )


def _gone_back(plan: Plan, journal: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """On the way forward, only a host that went back alone has steps that were undone."""
    steps = ((plan.steps[row["ordinal"]], row["status"]) for row in journal)
    return tuple(
        dict.fromkeys(
            step.host
            for step, status in steps
            if status in _RETURNED or (status == StepStatus.FAILED and step.on_failure is OnFailure.HOST)
        )
    )


_RETURNED = {StepStatus.UNDONE, StepStatus.UNDO_FAILED}
_TO_RUN = {StepStatus.PENDING, StepStatus.RUNNING}
