"""What the documented Python interfaces answer with (architecture, "Deployer Layer"; prd, "Provider Interface")."""

from __future__ import annotations

import msgspec


class DeploymentResult(msgspec.Struct, frozen=True, kw_only=True):
    """How a deployment ended. `error_message` is what people read when `success` is False.

    `status` is a `DeploymentStatus` or `up_to_date`; versions are full commit hashes. A provider of one's own needs
    to fill in `success`, and `error_message` when that is False.
    """

    success: bool
    error_message: str | None = None
    status: str = ""
    old_version: str | None = None
    new_version: str | None = None
    duration_seconds: float | None = None
    deployment_id: str | None = None


class HealthStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a fraise is well, and what was seen, in people's words."""

    healthy: bool
    message: str = ""

    def __bool__(self) -> bool:
        return self.healthy
