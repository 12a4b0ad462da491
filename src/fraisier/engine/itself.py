"""Whether a fraise is Fraisier itself: then whoever deploys it must outlive the service that it restarts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Final

from fraisier.config.environment import Environment

NAME: Final = "fraisier"
PROGRAMS: Final = {NAME, "fraisier-webhook"}
HERE: Final = Path(__file__)


def is_itself(environment: Environment, ours: Path = HERE) -> bool:
    """On this machine: the fraise is called so, its service runs Fraisier, or `ours` is a file of one of its releases."""
    if environment.hosts:
        return False
    command = environment.service.command if environment.service else ()
    return environment.fraise == NAME or _runs_fraisier(command) or _holds(environment.app_path, ours)


def _runs_fraisier(command: Sequence[str]) -> bool:
    programs = {PurePosixPath(word).name for word in command[:1]}
    return bool(programs & PROGRAMS) or ("-m", NAME) in pairwise(command)


def _holds(app_path: str, file: Path) -> bool:
    return bool(app_path) and file.resolve().is_relative_to(Path(app_path).resolve())
