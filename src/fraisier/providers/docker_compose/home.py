"""Where the releases of an environment lie that does not say it. Pure."""

from __future__ import annotations

from pathlib import PurePosixPath

import msgspec

from fraisier.config.environment import Environment
from fraisier.database.place import default_place


def settled(environment: Environment) -> Environment:
    """With a folder for its releases: on this machine it lies beside Fraisier's own database unless it is said."""
    if environment.app_path:
        return environment
    folder = PurePosixPath(default_place().parent, "targets", environment.identity.slug)
    return msgspec.structs.replace(environment, app_path=str(folder))
