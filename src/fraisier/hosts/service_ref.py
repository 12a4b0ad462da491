"""Which service on a host is meant."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from fraisier.config.environment import Environment
from fraisier.config.resources import NO_BOUNDS, Resources
from fraisier.errors import ConfigurationError

FOLLOWING: Final = 7 * 86400.0  # seconds that somebody may look at a log
Manager = Literal["systemd", "supervisor"]


class ServiceRef(msgspec.Struct, frozen=True, kw_only=True):
    """One service of one lane, as its manager knows it. Plain values: it travels in the params of steps.

    `name` is the unit or program, without `.service` where Fraisier chose it. `own_unit`: the user's own systemd
    unit, which is restarted and never written. `user` runs it; None: whoever runs Fraisier. `stop_timeout` is in
    seconds: SIGTERM, wait, SIGKILL. `resources` and `sandbox` are what systemd enforces.
    `become`: who is not root there installs units of the system by sudo.
    """

    manager: Manager
    name: str
    app_path: str
    port: int | None = None
    own_unit: bool = False
    stop_timeout: float = 30.0
    user: str | None = None
    resources: Resources = NO_BOUNDS
    sandbox: bool = True
    become: bool = False


def service_ref(environment: Environment, installation_id: str, manager: str) -> ServiceRef:
    """The service of an environment; `manager` is what was detected, for those who left it to us.

    Raises `ConfigurationError` when the environment has no service.
    """
    service = environment.service
    if service is None:
        raise ConfigurationError(
            f"{environment.identity} has no service.",
            hint=f"It has jobs: fraisier job list {environment.fraise} {environment.environment}"
            if environment.jobs
            else "Describe it under `service:` in fraises.yaml.",
        )
    chosen = manager if service.manager == "auto" else service.manager
    own = service.unit is not None
    return ServiceRef(
        manager="supervisor" if chosen == "supervisor" and not own else "systemd",
        name=service.unit or f"fraisier-{installation_id[:8]}-{environment.identity.slug}",
        app_path=environment.app_path,
        port=service.port,
        own_unit=own,
        stop_timeout=service.stop_timeout,
        user=environment.user,
        resources=environment.resources,
        sandbox=service.sandbox,
        become=environment.become is not None,
    )
