"""Who asks for something, and how long they are ready to wait for a busy lane."""

from __future__ import annotations

import msgspec

from fraisier.model.status import Trigger


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """`by` and `where` are recorded. `wait_lock` is in seconds; None means the installation's timing.

    Without `wait` the request is only queued for an observer; with `skip_if_locked` it is not even made when
    somebody owns the lane.
    """

    by: str
    where: str = ""
    trigger: Trigger = Trigger.MANUAL
    wait: bool = True
    wait_lock: float | None = None
    skip_if_locked: bool = False
