"""The constant shell programs of this room. What varies reaches them as arguments and variables only."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from fraisier.git.environment import Environment
from fraisier.model.command import Command, command


def script(name: str, *arguments: str, env: Environment, deadline: float) -> Command:
    """Run `<name>.sh` of this folder with `sh` and these arguments."""
    return command("sh", "-c", _text(name), f"fraisier-{name}", *arguments, env=env, deadline=deadline)


@cache
def _text(name: str) -> str:
    return Path(__file__).with_name(f"{name}.sh").read_text(encoding="utf-8")
