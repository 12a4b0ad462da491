"""One of the user's providers, whichever of the two documented interfaces it was written for.

The prd's methods get a `FraiseConfig`: `deploy(fraise, version)`, `rollback(fraise, to_version)`,
`health_check(fraise)`, `logs(fraise, lines)`, `stop(fraise)`. The faq's get names and a mapping:
`deploy(service, version, config)`, `rollback(service, config)`, `health_check(config)`, `get_status(service)`.
Which one it is, the number of arguments of `deploy` tells. Arguments are passed by position.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Final

from fraisier.errors import ConfigurationError, StepFailed
from fraisier.model.result import HealthStatus
from fraisier.providers.own.call import call, require_success
from fraisier.providers.own.interface import FraiseConfig

FAQ_DEPLOY: Final = 3  # service, version, config


class Driver:
    """Calls the methods of one provider about one fraise. Raises `StepFailed` when one of them does not succeed."""

    def __init__(self, cls: type, fraise: FraiseConfig) -> None:
        self._own = _made(cls, fraise)
        self._fraise = fraise
        self._faq = len(_positional(self._own.deploy)) >= FAQ_DEPLOY

    @property
    def returns_exactly(self) -> bool:
        """Whether `rollback` is told which version to return to; the faq's knows only "the previous one"."""
        return not self._faq

    def has(self, method: str) -> bool:
        return callable(getattr(self._own, method, None))

    async def deploy(self, version: str) -> None:
        about = (self._fraise.name, version, self._config) if self._faq else (self._fraise, version)
        await self._do("deploy", *about)

    async def rollback(self, version: str) -> None:
        """Raises `StepFailed` where the provider has no such method, too."""
        if not self.has("rollback"):
            await self.deploy(version)
        elif self._faq:
            await self._do("rollback", self._fraise.name, self._config)
        else:
            await self._do("rollback", self._fraise, version)

    async def stop(self) -> None:
        await self._do("stop", self._fraise.name if self._faq else self._fraise)

    async def health(self) -> HealthStatus:
        answer = await self._ask("health_check", self._config if self._faq else self._fraise)
        if isinstance(answer, HealthStatus):
            return answer
        return HealthStatus(
            healthy=bool(answer), message="" if answer else f"health_check returned {answer!r}"
        )

    async def status(self) -> dict[str, Any]:
        """What `get_status` says; empty where there is none."""
        if not self.has("get_status"):
            return {}
        answer = await self._ask("get_status", self._fraise.name if self._faq else self._fraise)
        return answer if isinstance(answer, dict) else {}

    async def logs(self, lines: int) -> str:
        """Raises `ConfigurationError` where the provider keeps none."""
        if not self.has("logs"):
            raise ConfigurationError(
                f"The provider of {self._fraise.name} has no logs.",
                hint="Give its class logs(fraise, lines), or look where it runs the service.",
            )
        return str(await self._ask("logs", self._fraise.name if self._faq else self._fraise, lines))

    @property
    def _config(self) -> dict[str, Any]:
        return self._fraise.provider_config

    async def _do(self, method: str, *arguments: Any) -> None:
        name = f"{type(self._own).__name__}.{method}()"
        require_success(await self._ask(method, *arguments), name)

    async def _ask(self, method: str, *arguments: Any) -> Any:
        function: Callable[..., Any] | None = getattr(self._own, method, None)
        if function is None:
            raise StepFailed(
                f"{type(self._own).__name__} has no method {method}().",
                hint="Write it, and install it again.",
            )
        return await call(function, *arguments[: len(_positional(function))])


def _made(cls: type, fraise: FraiseConfig) -> Any:
    """An instance; a constructor that wants something gets the provider's configuration."""
    wanted = [one for one in _positional(cls) if one.default is inspect.Parameter.empty]
    return cls(fraise.provider_config) if wanted else cls()


def _positional(function: Callable[..., Any]) -> list[inspect.Parameter]:
    """What can be passed by position; `*args` counts as everything."""
    parameters = inspect.signature(function).parameters.values()
    if any(one.kind is inspect.Parameter.VAR_POSITIONAL for one in parameters):
        return list(parameters) * FAQ_DEPLOY
    return [one for one in parameters if one.kind in {one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD}]
