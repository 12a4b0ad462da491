"""How long a lease lives, and how long people wait for one."""

from __future__ import annotations

import os
from collections.abc import Mapping

import msgspec

from fraisier.errors import ConfigurationError


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """All in seconds. A dead owner is noticed after `lease`; a wedged step loses its lease `grace` after its
    deadline; `wait` is how long a command waits for a busy lane; `poll` how often an idle observer looks. A push
    that could not begin is tried again after `retry`, and each time three times as much later;
    `probe` is the time between two looks at every target.
    """

    lease: float = 30.0
    heartbeat: float = 10.0
    grace: float = 10.0
    wait: float = 60.0
    poll: float = 1.0
    retry: float = 5.0
    probe: float = 60.0


def timing(environ: Mapping[str, str] = os.environ) -> Timing:
    """The timing of this installation: `FRAISIER_LEASE_SECONDS` shortens or lengthens the lease,
    `FRAISIER_RETRY_SECONDS` the first pause before another try, `FRAISIER_PROBE_SECONDS` that between two looks at
    every target.

    Raises `ConfigurationError` for anything but numbers from 1 to 3600.
    """
    lease = _seconds(environ, "FRAISIER_LEASE_SECONDS", Timing().lease)
    retry = _seconds(environ, "FRAISIER_RETRY_SECONDS", Timing().retry)
    probe = _seconds(environ, "FRAISIER_PROBE_SECONDS", Timing().probe)
    poll = min(Timing().poll, lease / 3)
    return Timing(lease=lease, heartbeat=lease / 3, poll=poll, retry=retry, probe=probe)


def _seconds(environ: Mapping[str, str], name: str, default: float) -> float:
    text = environ.get(name)
    try:
        found = default if text is None else float(text)
    except ValueError:
        found = 0.0
    if not 1 <= found <= 3600:  # noqa: PLR2004 - one second to one hour
        raise ConfigurationError(
            f"{name} is {text!r}, not a number from 1 to 3600.", hint=f"Unset it for {default:g}."
        )
    return found
