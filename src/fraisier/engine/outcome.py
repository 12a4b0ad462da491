"""How a deployment ended, decided from what happened. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

import msgspec

from fraisier.errors import DeploymentError, FraiseQLError, RollbackError
from fraisier.model.place import HERE
from fraisier.model.plan import Plan
from fraisier.model.status import DeploymentStatus, Kind, LaneHealth
from fraisier.model.step import NotUndone, Step

IN_SERVICE: Final = "in_service"
PENDING_RESTORE: Final = "pending_restore"
UNKNOWN: Final = "unknown"
Failures = Mapping[str, FraiseQLError]


class HostEnd(msgspec.Struct, frozen=True, kw_only=True):
    """How a host stands at the end, in the words of tb_host_state. `note` says why it is not where the others are."""

    host: str
    status: str = IN_SERVICE
    version: str | None
    note: str | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """The end of a deployment, before it is written down. `lane_health` None means: as it was before.

    `stayed`: it failed, and the new version is live all the same.
    """

    status: DeploymentStatus
    lane_health: LaneHealth | None
    error: FraiseQLError | None = None
    not_undone: tuple[dict[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    stayed: bool = False
    hosts: tuple[HostEnd, ...] = ()


class WayBack(msgspec.Struct, frozen=True, kw_only=True):
    """What the way back found: `switched` tells whether the new version had been reached for."""

    switched: bool
    failures: tuple[str, ...] = ()
    unhealthy: str | None = None
    not_undone: tuple[dict[str, str], ...] = ()


class Gone(msgspec.Struct, frozen=True, kw_only=True):
    """The hosts that went back alone: why, which of them are not as they were, and what their ways back found."""

    why: Failures
    stuck: Failures
    ways: tuple[WayBack, ...]


def together(backs: Iterable[WayBack]) -> WayBack:
    """What several ways back found, as one: hosts that went back alone, and the rest of them."""
    found = tuple(backs)
    return WayBack(
        switched=any(one.switched for one in found),
        failures=tuple(text for one in found for text in one.failures),
        unhealthy="; ".join(one.unhealthy for one in found if one.unhealthy) or None,
        not_undone=tuple(left for one in found for left in one.not_undone),
    )


def arrived(*, judged: bool, warnings: tuple[str, ...]) -> Outcome:
    """The new version is live; `judged` is False when no health check could tell whether it is well."""
    health = LaneHealth.HEALTHY if judged else LaneHealth.UNKNOWN
    return Outcome(status=DeploymentStatus.SUCCESS, lane_health=health, warnings=warnings)


def partly(plan: Plan, gone: Gone, *, warnings: tuple[str, ...]) -> Outcome:
    """The new version is live, but not on all hosts: the others went back, or did not answer at all."""
    stuck = gone.stuck
    why = {**plan.left_out, **{host: error.message for host, error in gone.why.items()}}
    lane = f"{plan.identity.fraise} {plan.identity.environment}"
    error = RollbackError if stuck else DeploymentError
    status = DeploymentStatus.ROLLBACK_FAILED if stuck else DeploymentStatus.FAILED
    ended = Outcome(
        status=status,
        lane_health=LaneHealth.DEGRADED,
        error=error(
            f"{plan.commit.shown} is not live on {len(why)} of {len(_targets(plan)) + len(plan.left_out)} hosts: "
            + "; ".join(f"{host}: {text}" for host, text in why.items()),
            hint=f"Mend them, then: fraisier deploy {lane} --only-failed",
        ),
        not_undone=together(gone.ways).not_undone,
        warnings=warnings,
        stayed=True,
    )
    return with_hosts(plan, ended, stuck, why)


def with_hosts(
    plan: Plan, ended: Outcome, stuck: Failures, why: Mapping[str, str] = MappingProxyType({})
) -> Outcome:
    """The outcome with what it means for each of the hosts that have names."""
    arrived = ended.stayed or ended.status is DeploymentStatus.SUCCESS
    hosts = [_host(plan, host, stuck, why, arrived=arrived) for host in _targets(plan)]
    out = [
        HostEnd(host=host, status=UNKNOWN, version=None, note=text) for host, text in plan.left_out.items()
    ]
    return msgspec.structs.replace(ended, hosts=(*hosts, *out))


def _host(plan: Plan, host: str, stuck: Failures, why: Mapping[str, str], *, arrived: bool) -> HostEnd:
    if host in stuck:
        return HostEnd(host=host, status=PENDING_RESTORE, version=None, note=stuck[host].message)
    old = plan.old.commit.sha if plan.old else None
    version = plan.commit.sha if arrived and host not in why else old
    return HostEnd(host=host, version=version, note=why.get(host))


def _targets(plan: Plan) -> tuple[str, ...]:
    return tuple(place.name for place in plan.machines if place.name not in {HERE, ""})


def stayed(plan: Plan, cause: FraiseQLError, *, warnings: tuple[str, ...]) -> Outcome:
    """The new version failed because of `cause` and stays live: the owner wished to see it."""
    identity = plan.identity
    kind = type(cause) if isinstance(cause, DeploymentError) else DeploymentError
    error = kind(
        f"{cause.message} {plan.commit.shown} stays live: auto_rollback_on_failure is false.",
        hint=f"{cause.hint} To return to the version before: "
        f"`fraisier rollback {identity.fraise} {identity.environment}`.".strip(),
    )
    return Outcome(
        status=DeploymentStatus.FAILED,
        lane_health=LaneHealth.DOWN,
        error=error,
        warnings=warnings,
        stayed=True,
    )


def returned(
    plan: Plan, cause: FraiseQLError, back: WayBack, *, cancelled: bool, warnings: tuple[str, ...]
) -> Outcome:
    """The deployment went back because of `cause`; what is live now, and what does a person have to know?"""
    if back.failures or back.unhealthy:
        return Outcome(
            status=DeploymentStatus.ROLLBACK_FAILED,
            lane_health=LaneHealth.DOWN,
            error=_no_way_back(plan, cause, back),
            not_undone=back.not_undone,
            warnings=warnings,
        )
    return Outcome(
        status=_status(plan, back, cancelled=cancelled),
        lane_health=_health(plan, back),
        error=cause,
        not_undone=back.not_undone,
        warnings=warnings,
    )


def _status(plan: Plan, back: WayBack, *, cancelled: bool) -> DeploymentStatus:
    if cancelled:
        return DeploymentStatus.CANCELLED
    if back.switched and plan.old is not None:
        return DeploymentStatus.ROLLED_BACK
    return DeploymentStatus.FAILED


def _health(plan: Plan, back: WayBack) -> LaneHealth | None:
    if plan.kind is Kind.JOB:
        return LaneHealth.DOWN
    if not back.switched:
        return None
    return LaneHealth.HEALTHY if plan.old is not None else LaneHealth.DOWN


def _no_way_back(plan: Plan, cause: FraiseQLError, back: WayBack) -> RollbackError:
    identity = plan.identity
    why = "; ".join(back.failures) or f"the restored version is unhealthy too: {back.unhealthy}"
    return RollbackError(
        f"{cause.message} The way back failed too: {why}",
        hint=f"Look at the service, then deploy a good version: fraisier logs {identity.fraise} "
        f"{identity.environment}; fraisier deploy {identity.fraise} {identity.environment} --commit VERSION",
    )


def exit_code(status: DeploymentStatus, error: FraiseQLError | None) -> int:
    """The exit code of a finished deployment: the status decides, but 5 and a signal's number say more than 1."""
    if status.exit_code == 1 and error is not None and error.exit_code in (5, 130, 143):
        return error.exit_code
    return status.exit_code


def still_there(step: Step, left: NotUndone) -> dict[str, str]:
    """One entry of `not_undone`: the host (empty: the only one) and the step, what stays, and how a person removes it."""
    return {"host": step.host, "step": step.title, "what": left.what, "how": left.how}
