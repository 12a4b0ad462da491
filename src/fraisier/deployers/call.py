"""Methods and functions of the user's as steps: plain data that names them, found again in any process."""

from __future__ import annotations

import inspect
import logging
import sys
from collections.abc import Callable
from functools import reduce
from importlib import import_module
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

import msgspec

from fraisier.config.environment import Environment
from fraisier.errors import ConfigurationError, FraiseQLError, HealthCheckError, StepFailed
from fraisier.hosts import files
from fraisier.hosts.effect import effect
from fraisier.model.host import Site
from fraisier.model.result import DeploymentResult
from fraisier.model.step import HEALTH, NotUndone, Position, Seen, Step, step_kind
from fraisier.providers.own.call import call, require_success
from fraisier.providers.provider import provider_of

if TYPE_CHECKING:
    from fraisier.deployers.base import BaseDeployer

log = logging.getLogger(__name__)
CALL: Final = "call_python"
JUDGED_BY_DEPLOYER: Final = 3  # the version of HEALTH that asks a deployer's own health_check
JUDGE_WITHIN: Final = 300.0


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """`deployer` is `module:Class`; `function` and `undo` are names of its methods, or `module:function`.

    `done` is the file that says that it was called to its end, and `attempt` what then stands in it.
    """

    deployer: str
    environment: Environment
    function: str
    undo: str | None = None
    version: str | None = None
    old_version: str | None = None
    done: str
    attempt: str


def step(
    deployer: BaseDeployer,
    function: Callable[..., Any],
    *,
    title: str = "",
    undo: Callable[..., Any] | None = None,
    position: Position = Position.BEFORE,
    deadline: float = 1800.0,
) -> Step:
    """Raises `ConfigurationError` for a function that another process could not find: a lambda, or a nested one."""
    name = _name(deployer, function)
    words = title or name.rpartition(":")[2].replace("_", " ").strip().capitalize()
    return Step(
        kind=CALL,
        title=words,
        doing=f"{words}...",
        params=msgspec.to_builtins(_call(deployer, name, _name(deployer, undo) if undo else None)),
        position=position,
        deadline=deadline,
    )


def judgement(deployer: BaseDeployer, function: Callable[..., Any]) -> Step:
    """A method that says whether what is live is well, as the health check of the deployment."""
    return Step(
        kind=HEALTH,
        version=JUDGED_BY_DEPLOYER,
        title="Health check passed",
        doing="Health check...",
        params=msgspec.to_builtins(_call(deployer, _name(deployer, function), None)),
        position=Position.AFTER,
        deadline=JUDGE_WITHIN,
    )


def _call(deployer: BaseDeployer, function: str, undo: str | None) -> Call:
    folder = provider_of(deployer.config).fence_folder(deployer.config)
    return Call(
        deployer=reference(type(deployer)),
        environment=deployer.config,
        function=function,
        undo=undo,
        version=deployer.version,
        old_version=deployer.old_version,
        done=str(PurePosixPath(folder, f"called-{function.replace(':', '-')}")),
        attempt=deployer.observed.attempt,
    )


def reference(thing: Any) -> str:
    """How a class or function is found again. Raises `ConfigurationError` for what has no name of its own."""
    if "<" in thing.__qualname__:
        raise ConfigurationError(
            f"{thing.__qualname__} cannot be a step: another process could not find it.",
            hint="Write a method of the deployer, or a function of a module.",
        )
    return f"{thing.__module__}:{thing.__qualname__}"


def _name(deployer: BaseDeployer, function: Callable[..., Any]) -> str:
    return function.__name__ if getattr(function, "__self__", None) is deployer else reference(function)


def found(name: str) -> Any:
    """What `reference` named. Raises `ConfigurationError` when it is not there any more."""
    module, _, path = name.partition(":")
    try:
        if module not in sys.modules:
            from fraisier.plugins.load import load  # noqa: PLC0415 - a plugin's module is there once plugins are read

            load()
        return reduce(getattr, path.split("."), sys.modules.get(module) or import_module(module))
    except (ImportError, AttributeError):
        raise ConfigurationError(
            f"{name} cannot be found here.",
            hint="Install the code of this deployer as a plugin or a package, for every Fraisier of this machine.",
        ) from None


@step_kind(CALL, params=Call, repeatable=False)
class CallPython:
    """The user's code ran to its end. What it has done nobody else can see, so the target keeps a note of it."""

    async def check(self, site: Site, params: Call) -> Seen:
        return Seen.DONE if await site.host.read_text(params.done) == params.attempt else Seen.CANNOT_TELL

    async def apply(self, site: Site, params: Call) -> None:
        answer = await _run(params, params.function)
        if isinstance(answer, bool | DeploymentResult):
            require_success(answer, f"{params.function}()")
        await effect(site.host, files.write(params.done, params.attempt), f"Writing {params.done}")

    async def undo(self, site: Site, params: Call) -> NotUndone | None:
        if params.undo is None:
            return NotUndone(
                what=f"whatever {params.function}() changed",
                how="undo it by hand; call(…, undo=…) in steps() would do it next time",
            )
        answer = await _run(params, params.undo)
        if isinstance(answer, bool | DeploymentResult):
            require_success(answer, f"{params.undo}()")
        await effect(site.host, files.remove(params.done), f"Removing {params.done}")
        return None


@step_kind(HEALTH, version=JUDGED_BY_DEPLOYER, params=Call, repeatable=True)
class DeployerHealth:
    """The deployer's own `health_check` says that what is live is well."""

    async def check(self, site: Site, params: Call) -> Seen:
        del site
        return Seen.DONE if await _run(params, params.function) else Seen.NOT_DONE

    async def apply(self, site: Site, params: Call) -> None:
        if await self.check(site, params) is not Seen.DONE:
            raise HealthCheckError(
                f"{params.deployer.rpartition(':')[2]}.{params.function}() says that it is not well.",
                hint="Look at the service itself.",
            )

    async def undo(self, site: Site, params: Call) -> None:
        """Looking changed nothing."""


async def _run(params: Call, name: str) -> Any:
    """Call it: a method with the old version where it wants one (`rollback`), a function with the deployer."""
    deployer: BaseDeployer = found(params.deployer)(params.environment)
    deployer.version, deployer.old_version = params.version, params.old_version
    deployer.is_running = True
    function = found(name) if ":" in name else getattr(deployer, name)
    given = deployer if ":" in name else params.old_version
    try:
        return await call(function, *([given] if inspect.signature(function).parameters else []))
    except FraiseQLError:
        raise
    except Exception as error:  # code of others may fail in any way
        log.debug("%s failed", name, exc_info=True)
        raise StepFailed(
            f"{name}() failed: {type(error).__name__}: {error}",
            hint="This comes from the deployer's own code; with --verbose the log has its traceback.",
        ) from None
