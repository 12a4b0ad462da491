"""Commands on this machine that must end well."""

from __future__ import annotations

import subprocess
from typing import Any


class Failed(Exception):
    """A command did not end well; the message is what it was and what it said."""


def run(*words: object, deadline: float = 60, **more: Any) -> str:
    """What it prints on standard output, without the last line's end."""
    argv = [str(word) for word in words]
    try:
        done = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=deadline,
            check=False,
            **more,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Failed(f"{' '.join(argv)}: {error}") from error
    if done.returncode:
        raise Failed(
            f"{' '.join(argv)}: exit code {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )
    return done.stdout.rstrip("\n")


def try_to(*words: object, deadline: float = 60) -> None:
    """For tidying up: what is gone already is no error."""
    subprocess.run(
        [str(word) for word in words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=deadline,
        check=False,
    )
