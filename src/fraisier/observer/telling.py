"""A lane's story for a person: what runs or is stuck, since when, who holds it, and what would happen next. Pure."""

from __future__ import annotations

import asyncio
from typing import Any

from fraisier.engine.recovery import decide
from fraisier.model.commit import short
from fraisier.model.step import Seen, Step
from fraisier.observer.story import Story


def told(story: Story) -> str:
    """One paragraph."""
    return " ".join([*_now(story), *_hold(story), *_queue(story)])


def holding(story: Story) -> str:
    """Who has the lane, since when, and what they do with it; without a full stop."""
    lock = story.lock
    if lock is None:
        return f"nobody has {story.identity} any more"
    return f"{lock['holder']} has {story.identity} since {lock['acquired_at']} and runs {_running(story)}"


def fate(story: Story) -> str | None:
    """What becomes of the running deployment when its owner dies now; asks the function that will decide it."""
    plan, deployment = story.plan, story.deployment
    if plan is None or deployment is None:
        return None

    async def look(_ordinal: int, _step: Step) -> Seen:
        return Seen.NOT_DONE

    parked = story.state == "parked"
    takeovers = deployment["takeovers"] + (not parked)
    way = asyncio.run(decide(plan, story.steps, deployment["direction"], takeovers, look, parked=parked))
    if way.give_up:
        return f"it ends as rollback_failed ({way.reason})"
    if not way.back:
        return "it goes on to its end"
    old = deployment["old_version"]
    return f"it goes back{f' to {short(old)}' if old else ''} ({way.reason})"


def _now(story: Story) -> list[str]:
    if story.owned and story.lock:
        after = fate(story) or "the request waits again"
        return [
            f"{holding(story)}.",
            f"The lease holds until {story.lock['expires_at']} and is renewed while its owner lives.",
            f"If the owner died now, the next observer or command on this lane would take over: {after}.",
        ]
    if story.deployment is not None:
        why = "is parked: its owner was asked to end" if story.state == "parked" else "has no living owner"
        return [
            f"{_running(story)} {why}.",
            f"The next observer or command on this lane takes over: {fate(story)}.",
        ]
    return [f"Nothing runs in {story.identity}."]


def _running(story: Story) -> str:
    deployment, step, plan = story.deployment, story.step, story.plan
    if deployment is None:
        claimed = story.claimed
        return f"{claimed['identifier']}, which has not changed anything yet" if claimed else "nothing"
    way = ", on its way back" if deployment["direction"] == "back" else ""
    what = f"{deployment['identifier']} ({deployment['kind']} of {short(deployment['new_version'])}{way})"
    if step is None:
        return f"{what}, whose steps are all done,"
    doing = plan.steps[step["ordinal"]].doing.rstrip(".…") if plan else ""
    when = f"since {step['started_at']}" if step["status"] == "running" else "not begun"
    return f"{what}, step {step['ordinal'] + 1} of {len(story.steps)} ({doing or step['title']}, {when})"


def _hold(story: Story) -> list[str]:
    lane, identity = story.lane, story.identity
    if lane is None or not story.held:
        return []
    release = f"fraisier unhold {identity.fraise} {identity.environment}"
    return [
        f"The lane is held since {lane['hold_since']} by {lane['hold_by']}: {lane['hold_reason']}.",
        f"Pushes wait until a person deploys a good version or says `{release}`.",
    ]


def _queue(story: Story) -> list[str]:
    if not story.waiting:
        return ["Nothing waits."] if story.state in {"idle", "held"} else []
    nobody = " for an observer (fraisier serve, fraisier observe)" if story.state == "pending" else ""
    return [f"{' and '.join(map(_request, story.waiting))} wait{nobody}."]


def _request(row: dict[str, Any]) -> str:
    return f"{row['identifier']} ({row['trigger_type']} by {row['requested_by']} at {row['requested_at']})"
