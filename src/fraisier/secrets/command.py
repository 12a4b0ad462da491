"""`${command:pass show api/token}`: what a command of yours prints, without the newline at its end."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Mapping
from typing import Final

from fraisier.config.references import Reference
from fraisier.secrets.source import Unresolved

DEADLINE: Final = 30.0


def find(reference: Reference, environ: Mapping[str, str]) -> str:
    """Run it in Fraisier's environment, no shell, 30 s at most. Its standard error is not repeated: it may hold secrets."""
    try:
        argv = shlex.split(reference.name)
        done = subprocess.run(
            argv,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=DEADLINE,
            check=True,
        )
        return done.stdout.decode("utf-8").removesuffix("\n").removesuffix("\r")
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise Unresolved(
            f"{reference.written} has no value: {_why(error)}.", hint=f"Run it yourself: {reference.name}"
        ) from None


def _why(error: Exception) -> str:
    match error:
        case subprocess.TimeoutExpired():
            return f"the command did not end within {DEADLINE:g} s"
        case subprocess.CalledProcessError():
            return f"the command ended with exit code {error.returncode}"
        case OSError():
            return f"the command cannot be run: {error.strerror}"
        case UnicodeDecodeError():
            return "the command did not print UTF-8 text"
        case _:
            return f"the command cannot be read: {error}"
