"""`database:` below a fraise or environment — the application's own database, never Fraisier's."""

from __future__ import annotations

import msgspec


class AppDatabase(msgspec.Struct, frozen=True, kw_only=True):
    """Commands run in the new release's folder. Without `down` a migration that ran stays and is reported."""

    name: str | None = None
    backup: tuple[str, ...] = ()
    migrate: tuple[str, ...] = ()
    down: tuple[str, ...] = ()
    timeout: float = 600.0
