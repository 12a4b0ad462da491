"""Steps are data; what a kind of step means is looked up by its name.

A kind gives three small answers about the world: `check` (is it so?), `apply` (make it so), `undo` (make it
unso). `undo` never fetches, builds or resolves a secret: all it needs already lies on the host. All three are
safe to repeat.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Protocol, TypeVar

import msgspec

from fraisier.errors import DeploymentError
from fraisier.model.host import Site

HEALTH = "check_health"  # the kind of step that judges the version which is live


class Position(StrEnum):
    """Where a step stands to the switch: the moment in which the new version becomes the live one."""

    BEFORE = "before"
    SWITCH = "switch"
    AFTER = "after"


class Seen(StrEnum):
    """What `check` found."""

    DONE = "done"
    NOT_DONE = "not_done"
    CANNOT_TELL = "cannot_tell"


class OnFailure(StrEnum):
    """What a failed step means: the deployment goes `back`, its `host` goes back and the others go on, or a warning
    is kept and all go on.
    """

    BACK = "back"
    HOST = "host"
    WARN = "warn"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One journaled action. `params` are plain values (JSON); `deadline` is in seconds for one attempt.

    `doing` is what people read while it runs, `title` once it is done. `host` is the name of a place in the plan;
    empty: the target. Neighbours with the same number in `together` run at the same time on their hosts, those of
    one host in their order; 0 stands alone. A step that is `once` happens on one of several hosts only.
    """

    kind: str
    title: str
    doing: str = ""
    params: dict[str, Any] = msgspec.field(default_factory=dict)
    version: int = 1
    position: Position = Position.BEFORE
    deadline: float = 60.0
    on_failure: OnFailure = OnFailure.BACK
    host: str = ""
    together: int = 0
    once: bool = False


class Skip(msgspec.Struct, frozen=True):
    """What `apply` returns when there was nothing to do; printed as skipped, never as passed."""

    reason: str


class NotUndone(msgspec.Struct, frozen=True, kw_only=True):
    """What `undo` returns when something stays behind: what it is, and how a person undoes it."""

    what: str
    how: str


class StepKind(Protocol):
    """The code behind a kind. `params` arrives as the kind's own `Params` struct."""

    async def check(self, site: Site, params: Any) -> Seen: ...

    async def apply(self, site: Site, params: Any) -> Skip | None:
        """Raises `StepFailed` (or any `DeploymentError`) with what happened and what to do next."""
        ...

    async def undo(self, site: Site, params: Any) -> NotUndone | None: ...


class Registered(msgspec.Struct, frozen=True, kw_only=True):
    """A kind as the runner finds it. `repeatable`: may run again when nobody can tell whether it ran."""

    kind: StepKind
    params: type[msgspec.Struct]
    repeatable: bool


_registry: dict[tuple[str, int], Registered] = {}
K = TypeVar("K", bound=type)


def step_kind(
    name: str, *, params: type[msgspec.Struct], version: int = 1, repeatable: bool
) -> Callable[[K], K]:
    """Register a class as the code of steps called `name` in this `version`.

    Old versions stay registered as long as journals may hold them: an upgrade in the middle of a deployment
    must still be able to finish or undo it.
    """

    def register(cls: K) -> K:
        _registry[name, version] = Registered(kind=cls(), params=params, repeatable=repeatable)
        return cls

    return register


def registered(step: Step) -> Registered:
    """The code for this step. Raises `DeploymentError` when no installed code knows its kind."""
    try:
        return _registry[step.kind, step.version]
    except KeyError:
        raise DeploymentError(
            f"No code for step kind {step.kind!r} version {step.version}.",
            hint="Install the plugin or the Fraisier version that planned this deployment.",
        ) from None


def params_of(step: Step) -> msgspec.Struct:
    """The step's parameters as its kind's own struct; unknown or missing ones are a `DeploymentError`."""
    try:
        return msgspec.convert(step.params, registered(step).params)
    except msgspec.ValidationError as error:
        raise DeploymentError(f"Step {step.kind!r} has parameters it does not know: {error}") from error
