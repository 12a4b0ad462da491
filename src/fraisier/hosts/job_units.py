"""The units of a lane's jobs: a service that runs once, and a timer that says when. Pure.

See systemd.timer(5). Times are the machine's, or those of the zone that a schedule names; an hour that the clocks skip
or repeat is treated as systemd.time(7) says: a time that does not exist that day comes an hour later, one that
exists twice comes once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from fraisier.hosts.systemd_unit import ENV, quoted, quoted_path

HEADER: Final = "# Written by Fraisier with each release; changes made here are lost at the next deployment."
_SERVICE: Final = """\
{header}
[Unit]
Description={description}
Wants=network-online.target
After={after}

[Service]
Type=oneshot
ExecStart={command}
Environment=LANG=C.UTF-8
KillMode=mixed
TimeoutStartSec=infinity
TimeoutStopSec=60
"""
# Persistent: a run that was missed while the machine was off comes when it is on again.
_TIMER: Final = """\
{header}
[Unit]
Description={description}

[Timer]
{calendar}
Unit={service}
AccuracySec=1s
Persistent=true

[Install]
WantedBy=timers.target
"""


class Timed(msgspec.Struct, frozen=True, kw_only=True):
    """One job as systemd knows it. Unit names are whole. `argv` empty: the service is the user's own.

    `calendar` empty: the timer is the user's own, too. `after` are the services of jobs that it depends on.
    """

    service: str
    timer: str
    description: str
    argv: tuple[str, ...] = ()
    calendar: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def units(jobs: Sequence[Timed]) -> dict[str, str]:
    """The text of every unit by its name; an empty one is the user's own, which is only used."""
    texts: dict[str, str] = {}
    for job in jobs:
        texts[job.service] = _service(job) if job.argv else ""
        if job.timer:
            texts[job.timer] = _timer(job) if job.calendar else ""
    return texts


def _service(job: Timed) -> str:
    return _SERVICE.format(
        header=HEADER,
        description=_text(job.description),
        after=" ".join(("network-online.target", *job.after)),
        command=" ".join([quoted_path(ENV), *map(quoted, job.argv)]),
    )


def _timer(job: Timed) -> str:
    calendar = "\n".join(f"OnCalendar={event}" for event in job.calendar)
    return _TIMER.format(
        header=HEADER, description=_text(job.description), calendar=calendar, service=job.service
    )


def _text(words: str) -> str:
    return " ".join(words.split()).replace("%", "%%")
