"""What was found out about an application."""

from __future__ import annotations

import msgspec


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """How to build and run it. `command` is empty when nobody can tell; `build` None when nothing is to be built.

    Both are argument lists: nothing is expanded in them, so what needs `$PORT` goes through `sh -c`.
    """

    language: str = ""
    command: tuple[str, ...] = ()
    build: tuple[str, ...] | None = None
    port: int = 8000
    health: str = "/"


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the file says, from detection, flags and questions."""

    name: str
    environment: str
    git_repo: str
    branch: str
    app_path: str
    application: Application


def in_shell(line: str) -> tuple[str, ...]:
    """A line that a shell must read; `exec`, so that the service is the process that gets the signals."""
    return ("sh", "-c", f"exec {line}")
