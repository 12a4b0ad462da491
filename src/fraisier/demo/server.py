"""`fraisier serve`, as a child of the demo."""

from __future__ import annotations

import subprocess
import time
import urllib.request
from typing import Final

from fraisier.demo.commands import Commands
from fraisier.demo.workshop import Workshop
from fraisier.errors import FraiseQLError

PATIENCE: Final = 15.0  # seconds until it must answer


def start(workshop: Workshop, fraisier: Commands) -> subprocess.Popen[str]:
    """Start it and wait until it answers. Raises `FraiseQLError` with what it printed when it does not."""
    with workshop.server_log.open("w", encoding="utf-8") as log:
        child = fraisier.start("serve", "--host", "127.0.0.1", "--port", str(workshop.server_port), log=log)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and child.poll() is None:
        if _answers(workshop):
            return child
        time.sleep(0.05)
    printed = workshop.server_log.read_text(encoding="utf-8").strip()
    raise FraiseQLError(f"fraisier serve did not start: {printed or 'it printed nothing'}")


def _answers(workshop: Workshop) -> bool:
    try:
        with urllib.request.urlopen(f"{workshop.server}/health", timeout=1) as answer:  # noqa: S310 - always http
            return bool(answer.status == 200)  # noqa: PLR2004 - OK
    except OSError:
        return False
