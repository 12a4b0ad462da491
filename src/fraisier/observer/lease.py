"""The lease of one lane: renewed by a thread of its own, checked by its own clock before every effect."""

from __future__ import annotations

import functools
import logging
import threading
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

from fraisier.database import Database
from fraisier.engine.journal import Claim
from fraisier.errors import Cancelled, DatabaseError, LeaseLost
from fraisier.model.step import Step
from fraisier.observer.timing import Timing

log = logging.getLogger(__name__)


class Lease:
    """Holds a lane while its block runs. A wedged step stops the renewal, so that somebody else may take over.

    Both are called at most once, from the heartbeat thread: `lost` when the lane has gone to somebody else,
    `cancelled` when somebody has asked the deployment to end. Neither is called after `settle` or the block.
    """

    def __init__(
        self,
        database: Database,
        claim: Claim,
        timing: Timing,
        lost: Callable[[], None] = lambda: None,
        cancelled: Callable[[Cancelled], None] = lambda _: None,
    ) -> None:
        self._database = database
        self._claim = claim
        self._timing = timing
        self._lost = lost
        self._cancelled = cancelled
        self._told = False
        self._gone = False
        self._telling = threading.Lock()
        self._settling = False
        self._good_since = time.monotonic()
        self._step_until = float("inf")
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"lease {claim.identity}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._telling:
            self._ending.set()

    def begin(self, step: Step, *, beside: bool = False) -> None:
        """A step starts: from its deadline plus grace on, or that of one which runs `beside` it, the lease is no
        longer renewed.
        """
        until = time.monotonic() + step.deadline + self._timing.grace
        self._step_until = max(until, self._step_until) if beside else until

    def rest(self) -> None:
        """No step runs: the lease is renewed for as long as its owner lives."""
        self._step_until = float("inf")

    def settle(self) -> None:
        """The last write comes, which frees the lane and tells by itself when it was lost before."""
        with self._telling:
            self._settling = True

    def check(self) -> None:
        """Call before each effect. Raises `LeaseLost` when the lane may belong to somebody else by now."""
        if self._gone or time.monotonic() - self._good_since >= self._timing.lease:
            identity = self._claim.identity
            raise LeaseLost(
                f"The lease of {identity} ran out; nothing more was changed here.",
                hint=f"fraisier status {identity.fraise} {identity.environment}",
            )

    def _beat(self) -> None:
        while not self._ending.wait(self._timing.heartbeat):
            if time.monotonic() > self._step_until:
                log.warning("%s: the running step is past its deadline; the lease ends", self._claim.identity)
                return
            if not self._renew():
                self._gone = True
                self._tell(self._lost)
                return

    def _tell(self, what: Callable[[], None]) -> None:
        with self._telling:
            if not (self._settling or self._ending.is_set()):
                what()

    def _renew(self) -> bool:
        """Renew once; False when the lane is no longer ours. A database that does not answer is asked again."""
        began = time.monotonic()
        claim = self._claim
        try:
            row = self._database.call(
                "fn_renew_lease", lane=claim.lane, token=claim.token, lease_seconds=self._timing.lease
            )
        except DatabaseError as error:
            log.warning("%s: the lease was not renewed: %s", claim.identity, error.message)
            return began - self._good_since < self._timing.lease
        if row is None:
            return False
        self._good_since = began
        cause = cancellation(row)
        if cause is not None and not self._told:
            self._told = True
            self._tell(functools.partial(self._cancelled, cause))
        return True


def cancellation(row: Mapping[str, Any]) -> Cancelled | None:
    """What a lease or a taken-over deployment says about somebody who wants it to end; None when nobody does."""
    if row["cancel_requested_by"] is None:
        return None
    reason = f": {row['cancel_reason']}" if row["cancel_reason"] else "."
    return Cancelled(
        f"Cancelled by {row['cancel_requested_by']}{reason}",
        hint=f"fraisier deploy {row['fraise']} {row['environment']}",
    )
