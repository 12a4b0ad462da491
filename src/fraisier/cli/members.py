"""What a name on the command line stands for: one fraise, or the members of a service group."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fraisier.config import FraisierConfig
    from fraisier.config.environment import Environment, Fraise


def members_of(config: FraisierConfig, asked: Fraise, environment: str) -> list[Environment]:
    """The environment of every member of a group, in its order; of a fraise, its own."""
    return [config.get_fraise_environment(one, environment) for one in asked.services or (asked.name,)]
