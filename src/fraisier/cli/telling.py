"""Receivers of events hear what a command does even where nothing serves: the command tells them before it ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from fraisier.config import FraisierConfig
    from fraisier.database import Database

PATIENCE: Final = 10.0
"""Seconds for all of them together, after the command has said how it ended."""


@contextmanager
def telling(config: FraisierConfig, database: Database, *, dry_run: bool) -> Iterator[None]:
    """Tell what happened inside. Whoever cannot be reached is told later, by what serves; nothing here fails."""
    if dry_run or not (config.receivers or any(forge.token for forge in config.git.forges.values())):
        yield
        return
    import asyncio
    import logging
    from contextlib import suppress

    from fraisier.errors import FraiseQLError
    from fraisier.observer.feeding import relay_of

    relay = relay_of(config, database)
    with suppress(FraiseQLError):  # the command itself says what is wrong with the database
        asyncio.run(relay.register())
    try:
        yield
    finally:
        try:
            asyncio.run(relay.drain(PATIENCE))
        except FraiseQLError as error:
            logging.getLogger(__name__).warning("events wait: %s", error.message)
