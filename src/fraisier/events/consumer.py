"""What a consumer of events offers to the relay."""

from __future__ import annotations

from typing import Final, Protocol

from fraisier.errors import DeploymentError
from fraisier.events.event import Event

DAY: Final = 86400.0


class Undelivered(DeploymentError):
    """An event did not arrive now; it will be tried again. `pause` is how long the receiver wants to be left alone."""

    code = "undelivered"

    def __init__(self, message: str, *, hint: str = "", pause: float = 0.0) -> None:
        super().__init__(message, hint=hint)
        self.pause = pause


class Unwanted(DeploymentError):
    """A receiver does not take this event, and never will: it is kept as failed for a person."""

    code = "unwanted"


class Consumer(Protocol):
    """Somebody who is told what happens, each event once and in order.

    `from_start`: a new consumer gets everything there is, not only what happens from now on. `repeats_are_safe`: an
    event that comes twice counts once, so that the position need not be written after each. `patience` is how old an
    event may get, in seconds, before it is given up; `longest_pause` is between two tries.
    """

    name: str
    from_start: bool
    repeats_are_safe: bool
    patience: float
    longest_pause: float

    def wants(self, event: Event) -> bool:
        """Whether it is interested."""
        ...

    async def last(self) -> str | None:
        """The id of the newest event that has arrived, where the receiver knows it. Raises `Undelivered`."""
        ...

    async def deliver(self, event: Event) -> None:
        """Returns when the event has arrived. Raises `Undelivered` or `Unwanted`; messages hold no secret."""
        ...

    async def close(self) -> None:
        """Give back what is held open."""
        ...
