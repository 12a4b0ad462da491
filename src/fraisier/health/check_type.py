"""Types of health check, by the name in `type:`. One file and one registration each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Protocol

import msgspec

from fraisier.config.health_check import HealthCheck
from fraisier.health.params import Params
from fraisier.model.host import Site
from fraisier.model.registry import Registry


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What one attempt brought: whether it is what the check expects, and what was said, in people's words."""

    good: bool
    said: str


class CheckType(Protocol):
    """The code for one type of check."""

    def prepare(self, site: Site, check: HealthCheck) -> None:
        """Raises `ConfigurationError` where no attempt could ever succeed: asked before anything is changed."""
        ...

    async def ask(self, site: Site, check: HealthCheck, judged: Params) -> Answer:
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


CHECK_TYPES: Final = Registry[CheckType](
    "health_check",
    {
        "http": "fraisier.health.http",
        "tcp": "fraisier.health.tcp",
        "command": "fraisier.health.command",
        "database": "fraisier.health.database",
    },
)


def check_type_of(check: HealthCheck) -> CheckType:
    """The code behind a check. Raises `ConfigurationError` when none is installed by that name."""
    return CHECK_TYPES.find(check.type)


def prepare(site: Site, checks: Iterable[HealthCheck]) -> None:
    """Raises `ConfigurationError` for the first enabled check that could never pass."""
    for check in checks:
        if check.enabled:
            check_type_of(check).prepare(site, check)
