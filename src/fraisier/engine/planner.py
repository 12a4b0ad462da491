"""What a deployment will do. Pure: nothing here looks at the world."""

from __future__ import annotations

from datetime import UTC, datetime

from fraisier.config.environment import Environment
from fraisier.deployers.registry import deployer_of
from fraisier.model.commit import Commit, short
from fraisier.model.plan import Observed, Plan
from fraisier.model.status import Kind
from fraisier.providers.provider import provider_of


def plan(environment: Environment, observed: Observed, kind: Kind, before: Environment | None = None) -> Plan:
    """The steps that take `observed.commit` live in this environment, and those that judge a way back.

    `before` is the environment as it was when the live version was deployed: a way back is judged by its checks.
    The plan is stored with the deployment and is all that running, finishing or undoing it needs.
    """
    deployer = deployer_of(environment)
    provider = provider_of(environment)
    return Plan(
        identity=environment.identity,
        kind=kind,
        commit=observed.commit,
        release_name=observed.release_name,
        old=observed.live,
        provider=environment.provider,
        target=provider.target(environment),
        steps=deployer.steps(environment, observed),
        restored=deployer.restored(before or environment, observed),
        auto_rollback=environment.auto_rollback_on_failure,
        fence_folder=provider.fence_folder(environment),
    )


def release_name(token: int, commit: Commit) -> str:
    """A name that no other release of this lane has or will have: the time of its fencing token, and sha7.

    Tokens grow with every claim and survive restored databases, so names do too (docs/decisions/0002).
    """
    at = datetime.fromtimestamp(token / 1000, tz=UTC)
    return f"{at:%Y%m%d-%H%M%S}-{token % 1000:03d}-{short(commit.sha)}"
