"""What all commands share: the options that are valid everywhere, and what they open."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fraisier.config import FraisierConfig
    from fraisier.database import Database
    from fraisier.observer.desk import Desk


class App:
    """Filled by options before and after the command; the later one wins."""

    def __init__(self, *, json: bool = False) -> None:
        self.config_file: str | None = None
        self.verbose = False
        self.json = json

    def config(self) -> FraisierConfig:
        """The configuration that `-c`, the environment or the usual places name. Its warnings go to stderr."""
        from fraisier.cli import terminal
        from fraisier.config import FraisierConfig

        config = FraisierConfig(self.config_file)
        for warning in config.warnings:
            terminal.complain(f"Warning: {warning}")
        return config

    def database(self, config: FraisierConfig) -> Database:
        """Fraisier's own database: where the environment says, else the file, else the usual place."""
        from fraisier.database import Database

        named = os.environ.get("FRAISIER_DB_PATH") or os.environ.get("FRAISIER_DATABASE_URL")
        return Database(named or config.state.path)

    def desk(self, config: FraisierConfig) -> Desk:
        """Where requests come in."""
        from fraisier.observer.desk import Desk

        return Desk(config, self.database(config))
