"""Fraisier's own database: the source of truth. `Database` is its one door; all SQL lies below `sql/`."""

from fraisier.database.clock import Clock
from fraisier.database.database import Database

__all__ = ["Clock", "Database"]
