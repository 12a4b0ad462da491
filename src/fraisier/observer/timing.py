"""How long a lease lives, and how long people wait for one."""

from __future__ import annotations

import os
from collections.abc import Mapping

import msgspec

from fraisier.errors import ConfigurationError


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """All in seconds. A dead owner is noticed after `lease`; a wedged step loses its lease `grace` after its
    deadline; `wait` is how long a command waits for a busy lane; `poll` how often an idle observer looks.
    """

    lease: float = 30.0
    heartbeat: float = 10.0
    grace: float = 10.0
    wait: float = 60.0
    poll: float = 1.0


def timing(environ: Mapping[str, str] = os.environ) -> Timing:
    """The timing of this installation: `FRAISIER_LEASE_SECONDS` shortens or lengthens the lease.

    Raises `ConfigurationError` for anything but a number from 1 to 3600.
    """
    text = environ.get("FRAISIER_LEASE_SECONDS")
    if text is None:
        return Timing()
    try:
        lease = float(text)
    except ValueError:
        lease = 0.0
    if not 1 <= lease <= 3600:  # noqa: PLR2004 - one second to one hour
        raise ConfigurationError(
            f"FRAISIER_LEASE_SECONDS is {text!r}, not a number from 1 to 3600.", hint="Unset it for 30."
        )
    return Timing(lease=lease, heartbeat=lease / 3, poll=min(Timing().poll, lease / 3))
