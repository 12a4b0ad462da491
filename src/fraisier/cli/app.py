"""What all commands share: the options that are valid everywhere, and what they open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fraisier.config import FraisierConfig
    from fraisier.database import Database


@dataclass(slots=True)
class App:
    """Filled by options before and after the command; the later one wins."""

    config_file: str | None = None
    verbose: bool = False
    json: bool = False

    def config(self) -> FraisierConfig:
        """The configuration that `-c`, the environment or the usual places name. Its warnings go to stderr."""
        from fraisier.cli import terminal
        from fraisier.config import FraisierConfig

        config = FraisierConfig(self.config_file)
        for warning in config.warnings:
            terminal.complain(f"Warning: {warning}")
        return config

    def database(self) -> Database:
        """Fraisier's own database, created if there is none yet."""
        from fraisier.database import Database

        return Database(None)
