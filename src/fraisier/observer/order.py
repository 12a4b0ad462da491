"""Who comes first in a service group. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from fraisier.config.environment import Environment
from fraisier.errors import ConfigurationError


def by_needs(members: Sequence[Environment]) -> list[Environment]:
    """Each member after those that it depends on, else in the order of the file.

    Raises `ConfigurationError` for members that wait for each other.
    """
    left, ordered = list(members), list[Environment]()
    while left:
        names = {member.fraise for member in left}
        ready = next((member for member in left if not _needs(member) & names), None)
        if ready is None:
            raise ConfigurationError(
                f"These members of the group wait for each other: {', '.join(sorted(names))}.",
                hint="Take one of their depends_on away.",
            )
        ordered.append(ready)
        left.remove(ready)
    return ordered


def _needs(member: Environment) -> set[str]:
    """The fraises that it depends on, itself or by one of its jobs."""
    named = [*member.depends_on, *(needed for job in member.jobs for needed in job.depends_on)]
    own = {job.name for job in member.jobs}
    return {needed.partition("/")[0] for needed in named if needed not in own} - {member.fraise}
