"""What a deployment will do. Pure: nothing here looks at the world."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from fraisier.config.environment import Environment
from fraisier.deployers.jobs import run_steps
from fraisier.deployers.registry import deployer_of
from fraisier.model.commit import Commit, short
from fraisier.model.identity import Identity
from fraisier.model.place import HERE, Place
from fraisier.model.plan import Observed, Plan
from fraisier.model.status import Kind
from fraisier.model.step import Step
from fraisier.providers.places import fence_folder, places
from fraisier.providers.provider import provider_of
from fraisier.strategies.rolling import spread

IN_PLACE: Final = "in place: the switch is not atomic"
GUARDED: Final = (
    "Fraisier deploys itself: a guard from the release that runs now does it, and outlives the restart."
)


def settled(environment: Environment, home: str) -> Environment:
    """The environment with the folder that was found to stand for its `app_path`; empty: none."""
    return msgspec.structs.replace(environment, app_path=home) if home else environment


def plan(
    environment: Environment,
    seen: Sequence[Observed],
    kind: Kind,
    before: Environment | None = None,
    *,
    job: str = "",
) -> Plan:
    """The steps that take the observed commit live on all targets of this environment, and those that judge a way back;
    or one run of a `job` there.

    `before` is the environment as it was when the live version was deployed: a way back is judged by its checks.
    The plan is stored with the deployment and is all that running, finishing or undoing it needs.
    """
    observed, provider = seen[0], provider_of(environment)
    before = before or environment
    return Plan(
        identity=Identity(environment.fraise, environment.environment, job),
        kind=kind,
        commit=observed.commit,
        release_name=observed.release_name,
        old=next((one.live for one in seen if one.live), None),
        provider=environment.provider,
        target=provider.target(environment),
        steps=_steps(environment, seen, job),
        restored=() if job else tuple(step for one in seen for step in _restored(before, one)),
        auto_rollback=environment.auto_rollback_on_failure,
        fence_folder=fence_folder(settled(environment, observed.home), job),
        places=_places(environment, seen, job),
        itself=observed.itself and not job,
        notes=() if job else _notes(seen),
    )


def _notes(seen: Sequence[Observed]) -> tuple[str, ...]:
    """What a deployment of this kind cannot promise."""
    held = ((IN_PLACE, any(one.home for one in seen)), (GUARDED, any(one.itself for one in seen)))
    return tuple(note for note, holds in held if holds)


def _steps(environment: Environment, seen: Sequence[Observed], job: str) -> tuple[Step, ...]:
    if job:
        [one] = seen
        return _there(run_steps(settled(environment, one.home), one, job), one.host)
    deployer = deployer_of(environment)
    each = {one.host: deployer.steps(settled(environment, one.home), one) for one in seen}
    if len(environment.hosts) > 1:
        return spread(each, environment)
    [(host, steps)] = each.items()
    return _there(steps, host)


def _restored(before: Environment, one: Observed) -> tuple[Step, ...]:
    steps = deployer_of(before).restored(settled(before, one.home), one)
    return tuple(msgspec.structs.replace(step, together=1) for step in _there(steps, one.host))


def _there(steps: Sequence[Step], host: str) -> tuple[Step, ...]:
    """The steps, on this host where they name none."""
    return tuple(step if step.host else msgspec.structs.replace(step, host=host) for step in steps)


def _places(environment: Environment, seen: Sequence[Observed], job: str) -> tuple[Place, ...]:
    """Those that were seen, with the folders that were found there, and the machine that Fraisier runs on."""
    known = {place.name: place for place in places(environment, seen[0].installation_id, job)}
    here = [known[HERE]] if HERE in known else []
    folders = [fence_folder(settled(environment, one.home), job) for one in seen]
    targets = (known[one.host] for one in seen)
    settled_there = zip(targets, folders, strict=True)
    return (*(msgspec.structs.replace(place, folder=folder) for place, folder in settled_there), *here)


def release_name(token: int, commit: Commit) -> str:
    """A name that no other release of this lane has or will have: the time of its fencing token, and sha7.

    Tokens grow with every claim and survive restored databases, so names do too (docs/decisions/0002).
    """
    at = datetime.fromtimestamp(token / 1000, tz=UTC)
    return f"{at:%Y%m%d-%H%M%S}-{token % 1000:03d}-{short(commit.sha)}"
