"""The health check of a service on a host, as a step."""

from __future__ import annotations

import msgspec

from fraisier.config.environment import Environment
from fraisier.health.check_health import Params
from fraisier.health.schedule import longest
from fraisier.hosts import layout
from fraisier.hosts.service_ref import ServiceRef
from fraisier.model.release import Release
from fraisier.model.step import Position, Step
from fraisier.providers.host_steps import public

MARGIN = 30.0


def health_step(environment: Environment, service: ServiceRef | None, release: Release) -> Step:
    """Judge the service while `release` is live; bounded by what the checks may take in all."""
    params = Params(
        checks=environment.health_checks,
        service=service,
        release_path=layout.release_path(environment.app_path, release.name),
        commit=release.commit,
        identity=environment.identity,
        public=public(environment),
    )
    return Step(
        kind="check_health",
        title="Health check passed",
        doing="Health check...",
        params=msgspec.to_builtins(params),
        position=Position.AFTER,
        deadline=longest(environment.health_checks) + params.settle + MARGIN,
    )
