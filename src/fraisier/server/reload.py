"""Reads fraises.yaml again while the server runs. A file that is wrong changes nothing: the old one stays in force."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Protocol

from fraisier.config import FraisierConfig
from fraisier.errors import FraiseQLError
from fraisier.server.rules import rules
from fraisier.server.webhook import Webhooks

log = logging.getLogger(__name__)
FIXED = ("state",)
"""What a running server keeps from its start: its database."""


class Configurable(Protocol):
    """What goes by the new configuration from then on: an observer with what it claims next, who tells with whom."""

    def configure(self, config: FraisierConfig) -> None: ...


class Reload:
    """`soon` is called by a signal; what runs goes on with the snapshot that it began with."""

    def __init__(
        self,
        config: FraisierConfig,
        webhooks: Webhooks,
        others: Sequence[Configurable],
        announce: Callable[[str], None],
    ) -> None:
        self._began = config
        self._webhooks = webhooks
        self._others = others
        self._announce = announce
        self._reading: set[asyncio.Task[None]] = set()
        self._one_at_a_time = asyncio.Lock()

    def soon(self) -> None:
        task = asyncio.create_task(self._read())
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)

    async def _read(self) -> None:
        async with self._one_at_a_time:
            try:
                config = await asyncio.to_thread(FraisierConfig, self._began.path)
                found = await asyncio.to_thread(rules, config)
            except FraiseQLError as error:
                log.error("the old configuration stays: %s", error.message)  # noqa: TRY400 - its cause is known
                self._announce(f"The old configuration stays in force. {error.message}")
                return
            fixed = [name for name in FIXED if getattr(config, name) != getattr(self._began, name)]
            self._webhooks.rules = found
            for other in self._others:
                other.configure(config)
            later = f"; its {', '.join(fixed)} after a restart" if fixed else ""
            log.info("%s was read again%s", config.path, later)
            self._announce(f"{config.path} is in force now{later}.")
