"""The documented class of deployers (architecture, "Deployer Layer"). Deployers of one's own derive from it.

What runs them is the same engine that the command line uses: every deployment from Python is claimed, journaled,
judged and, if it must be, undone like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import msgspec

from fraisier.config.environment import Environment
from fraisier.deployers import call
from fraisier.deployers.desk import desk
from fraisier.deployers.mapping import environment_of
from fraisier.errors import ConfigurationError, DatabaseError, FraiseQLError, Interrupted
from fraisier.model.plan import Observed
from fraisier.model.report import Report
from fraisier.model.result import DeploymentResult
from fraisier.model.step import Position, Step

Method = Callable[..., Any]


class BaseDeployer:
    """One fraise in one environment: `config` is what `FraisierConfig.get_fraise_environment` returns, or its keys.

    A subclass defines `steps()`, or just `execute()`. In its own methods, while a deployment runs, `version` is the
    full hash of what is to become live and `old_version` that of what was; `config` holds references unresolved.
    """

    fraise_type: ClassVar[str] = ""
    releases: ClassVar[bool] = False

    def __init__(self, config: Environment | Mapping[str, Any]) -> None:
        self.config = self._named(config)
        self.version: str | None = None
        self.old_version: str | None = None
        self.is_running = False
        self._observed: Observed | None = None

    @property
    def observed(self) -> Observed:
        """What was seen before planning. Raises `ConfigurationError` outside of `steps()`."""
        if self._observed is None:
            raise ConfigurationError(
                "What a deployment observed is known only while it is planned, in steps()."
            )
        return self._observed

    def plan_for(self, observed: Observed) -> None:
        """Tell it what was seen, before its steps are asked for."""
        self._observed = observed
        self.version = observed.commit.sha
        self.old_version = observed.live.commit.sha if observed.live else None

    def steps(self) -> Sequence[Step | Method]:
        """Everything that takes the new version live, in order: steps of a kind, or methods of this object. Unless
        one of them is a health check, its own `health_check()` follows, if it has one.

        Without `steps()` of its own, a deployer is one step: its `execute()`, undone by its `rollback()`, if it has one.
        """
        if not overrides(self, "execute"):
            raise ConfigurationError(
                f"{type(self).__name__} has neither steps() nor execute().", hint="Give it one of them."
            )
        undo = self.rollback if overrides(self, "rollback") else None
        return (self.call(self.execute, title="Deployed", undo=undo, position=Position.SWITCH),)

    def restored(self) -> Sequence[Step]:
        """What judges the old version, now `version`, after a way back."""
        return self.judgement() if self.old_version else ()

    def judgement(self) -> Sequence[Step]:
        """Its own `health_check()` as a step, where it has one."""
        return (call.judgement(self, self.health_check),) if overrides(self, "health_check") else ()

    def call(
        self,
        function: Method,
        *,
        title: str = "",
        undo: Method | None = None,
        position: Position = Position.BEFORE,
        deadline: float = 1800.0,
    ) -> Step:
        """One of its methods, or a function of a module, as a step. `deadline` is in seconds.

        The function may be async, and fails by raising, or returning False or a `DeploymentResult` without success.
        """
        return call.step(self, function, title=title, undo=undo, position=position, deadline=deadline)

    def execute(self) -> DeploymentResult:
        """Deploy the tip of the branch. A deployment that fails, or cannot start now, is a result and not an error.

        Raises `ConfigurationError` and `DatabaseError`.
        """
        if self.is_running:
            raise ConfigurationError(
                f"{type(self).__name__}.execute() asks for a deployment in the middle of one.",
                hint="Define steps() instead of calling the execute() of BaseDeployer.",
            )
        return _result(lambda: desk().deploy(self.config))

    def rollback(self, to_version: str | None = None) -> DeploymentResult:
        """Return to `to_version`, or to the version before the current one. As `execute` otherwise."""
        return _result(lambda: desk().rollback(self.config, to_version))

    def health_check(self) -> bool:
        """Whether what runs now is well."""
        return desk().well(self.config)

    def get_current_version(self) -> str | None:
        """The full hash of what runs now; None when nothing does."""
        return desk().current(self.config)

    def get_latest_version(self) -> str | None:
        """The full hash of the tip of the branch; None without a repository. Raises `Unreachable`."""
        return desk().latest(self.config)

    def is_deployment_needed(self) -> bool:
        """Whether something else runs than the tip of the branch."""
        return self.get_current_version() != self.get_latest_version()

    def _named(self, config: Environment | Mapping[str, Any]) -> Environment:
        from fraisier.deployers.registry import named  # noqa: PLC0415 - it makes what it registers from this

        type_, deployer = named(type(self), config)
        if isinstance(config, Environment):
            return msgspec.structs.replace(config, type=type_, deployer=deployer)
        return environment_of(config, type_, deployer)


def overrides(deployer: BaseDeployer, method: str) -> bool:
    """Whether a class of the user's has a method of its own."""
    return getattr(type(deployer), method) is not getattr(BaseDeployer, method)


def _result(ask: Callable[[], Report]) -> DeploymentResult:
    try:
        report = ask()
    except (ConfigurationError, DatabaseError, Interrupted):
        raise
    except FraiseQLError as error:
        return DeploymentResult(success=False, status="failed", error_message=error.message)
    return DeploymentResult(
        success=report.status in {"success", "up_to_date"},
        error_message=report.error["message"] if report.error else None,
        status=report.status,
        old_version=report.old_version,
        new_version=report.new_version,
        duration_seconds=report.duration_seconds,
        deployment_id=report.deployment_id,
    )
