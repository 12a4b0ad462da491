"""`fraisier-webhook`: the documented other name of `fraisier serve`."""

from __future__ import annotations

import sys
from typing import NoReturn

from fraisier.cli import age
from fraisier.cli.app import App
from fraisier.cli.door import door
from fraisier.cli.main import main
from fraisier.cli.observe import slots
from fraisier.cli.serve import address, listen


@door(
    "fraisier-webhook",
    "fraisier-webhook --host 0.0.0.0 --port 3000",
    name="fraisier-webhook",
    json=False,
    acts=True,
)
@address
@slots
@age.keep
def command(app: App, host: str, port: int, max_concurrent: int, keep: float | None) -> int:
    """Receive pushes and run the deployments they ask for."""
    return listen(app, host, port, max_concurrent, keep)


def run() -> NoReturn:
    """The entry point of the installed command."""
    sys.exit(main(sys.argv[1:], command, "fraisier-webhook"))
