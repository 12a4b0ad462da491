"""Fraisier's own database in one SQLite file: the embedded default."""
