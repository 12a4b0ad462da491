"""Handing a deployment of Fraisier itself to a guard: a process that nobody stops when the service is restarted."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal

from fraisier.engine.journal import Claim, in_thread
from fraisier.errors import HandedOver, StepFailed
from fraisier.hosts import apart
from fraisier.hosts.supervisor_names import PYTHON_FLAGS
from fraisier.model.plan import Plan
from fraisier.observer.grounds import Grounds

MODULE: Final = "fraisier.observer.guard"
TAKEN_WITHIN: Final = 20.0  # seconds; half of one on a quiet machine
POLL: Final = 0.1
LONGEST: Final = 1024 * 1024
"""Bytes of guard.log at which the next guard begins a new one; one deployment writes a few lines."""
Past = Literal["begun", "parked", "dead"]
"""What the owner who hands over did: it began the deployment just now, or found it parked, or its owner dead."""


async def hand_over(grounds: Grounds, deployment: str, claim: Claim, plan: Plan, past: Past) -> None:
    """Start a guard and let it take the lane, which stays ours until then. Always raises: `HandedOver` when it has,
    `StepFailed` when it could not be started, with what it said.
    """
    log = Path(plan.machines[0].folder, "guard.log")
    await in_thread(_start, grounds, [deployment, str(claim.token), past, grounds.config_file or ""], log)
    until = time.monotonic() + TAKEN_WITHIN
    while time.monotonic() < until:
        row = await in_thread(grounds.database.row, "deployment", deployment=deployment)
        if row is None or row["token"] != claim.token:
            raise HandedOver(
                f"{deployment} of {claim.identity} is carried out by its guard.",
                hint=f"fraisier why {claim.identity.fraise} {claim.identity.environment}",
            )
        await asyncio.sleep(POLL)
    raise _not_started(log, f"The guard did not take the deployment within {TAKEN_WITHIN:g} s.")


def _start(grounds: Grounds, words: list[str], log: Path) -> None:
    """From the release that runs now, by its physical path: `current` will point elsewhere before the guard ends."""
    python = Path(sys.executable)
    argv = [str(python.parent.resolve() / python.name), *PYTHON_FLAGS, "-m", MODULE, *words]
    env = {**os.environ, **apart.environment(), "FRAISIER_DB_PATH": str(grounds.database.path)}
    try:
        said = opened(log)
        try:
            subprocess.run(
                [*apart.prefix(), *argv], check=True, env=env, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                start_new_session=True, timeout=TAKEN_WITHIN,
            )  # fmt: skip
        finally:
            os.close(said)
    except (OSError, subprocess.SubprocessError) as error:
        raise _not_started(log, f"The guard did not start: {error}") from error


def opened(log: Path) -> int:
    """To append to; when it has become long it is the former one from now on, in the place of the one before."""
    with suppress(FileNotFoundError):
        if log.stat().st_size > LONGEST:
            log.replace(log.with_name(f"{log.name}.1"))
    return os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def _not_started(log: Path, why: str) -> StepFailed:
    return StepFailed(f"{why} Nothing was changed.", hint=f"Its last words are in {log}.")
