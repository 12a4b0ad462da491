"""Moments and durations as people read them. Stored times are RFC 3339 UTC."""

from __future__ import annotations

from datetime import UTC, datetime

NOTHING = "—"


def moment(text: str | None) -> str:
    """`2026-01-15 10:00:00 UTC`; a dash for never."""
    if not text:
        return NOTHING
    return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def duration(seconds: float | None) -> str:
    """`47.3s`, `12m 05s`; a dash for unknown."""
    if seconds is None:
        return NOTHING
    if seconds < 100:  # noqa: PLR2004 - up to here a tenth of a second says something
        return f"{seconds:.1f}s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}m {rest:02d}s"
