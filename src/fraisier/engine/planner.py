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
from fraisier.model.plan import Observed, Plan
from fraisier.model.status import Kind
from fraisier.model.step import Step
from fraisier.providers.places import fence_folder, places
from fraisier.providers.provider import provider_of

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
    deployer = deployer_of(environment)
    provider = provider_of(environment)
    observed = seen[0]
    environment, before = settled(environment, observed.home), settled(before or environment, observed.home)
    steps = run_steps(environment, observed, job) if job else deployer.steps(environment, observed)
    restored = () if job else deployer.restored(before, observed)
    return Plan(
        identity=Identity(environment.fraise, environment.environment, job),
        kind=kind,
        commit=observed.commit,
        release_name=observed.release_name,
        old=observed.live,
        provider=environment.provider,
        target=provider.target(environment),
        steps=_there(steps, observed),
        restored=_there(restored, observed),
        auto_rollback=environment.auto_rollback_on_failure,
        fence_folder=fence_folder(environment, job),
        places=places(environment, observed.installation_id, job),
        itself=observed.itself and not job,
        notes=() if job else _notes(observed),
    )


def _notes(observed: Observed) -> tuple[str, ...]:
    """What a deployment of this kind cannot promise."""
    return tuple(note for note, holds in ((IN_PLACE, observed.home), (GUARDED, observed.itself)) if holds)


def _there(steps: Sequence[Step], observed: Observed) -> tuple[Step, ...]:
    """The steps, on the host that was seen where they name none."""
    return tuple(step if step.host else msgspec.structs.replace(step, host=observed.host) for step in steps)


def release_name(token: int, commit: Commit) -> str:
    """A name that no other release of this lane has or will have: the time of its fencing token, and sha7.

    Tokens grow with every claim and survive restored databases, so names do too (docs/decisions/0002).
    """
    at = datetime.fromtimestamp(token / 1000, tz=UTC)
    return f"{at:%Y%m%d-%H%M%S}-{token % 1000:03d}-{short(commit.sha)}"
