"""Types of health check, by the name in `type:`. One file and one registration each."""

from __future__ import annotations

from typing import Protocol

import msgspec

from fraisier.config.health_check import HealthCheck
from fraisier.errors import ConfigurationError
from fraisier.model.host import Site


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What one attempt brought: whether it is what the check expects, and what was said, in people's words."""

    good: bool
    said: str


class CheckType(Protocol):
    """The code for one type of check."""

    async def ask(self, site: Site, check: HealthCheck) -> Answer:
        """Try once, within `check.timeout` seconds. What cannot be reached is an answer, not an error."""
        ...

    def port(self, check: HealthCheck) -> int | None:
        """The TCP port of this machine that the check talks to; None when it may be another machine's."""
        ...

    def shown(self, check: HealthCheck) -> str:
        """What is asked, for people, without any secret."""
        ...

    def by_hand(self, check: HealthCheck) -> str:
        """The command that a person types to ask the same."""
        ...


_types: dict[str, CheckType] = {}


def register(name: str, check_type: CheckType) -> None:
    """Make `type: name` below `health_check:` mean this code."""
    _types[name] = check_type


def check_type_of(check: HealthCheck) -> CheckType:
    """The code behind a check. Raises `ConfigurationError` when none is installed by that name."""
    try:
        return _types[check.type]
    except KeyError:
        raise ConfigurationError(
            f"No health check is of type {check.type!r}.", hint=f"Installed: {', '.join(sorted(_types))}."
        ) from None
