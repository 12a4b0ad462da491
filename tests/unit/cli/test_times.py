"""Moments and durations as people read them."""

import pytest

from fraisier.cli import times


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (None, "—"),
        ("2026-01-15T10:00:00Z", "2026-01-15 10:00:00 UTC"),
        ("2026-01-15T10:00:00.123456+00:00", "2026-01-15 10:00:00 UTC"),
        ("2026-01-15T10:00:00+02:00", "2026-01-15 08:00:00 UTC"),
    ],
)
def test_moment(text, shown):
    assert times.moment(text) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (None, "—"),
        (0, "0.0s"),
        (0.04, "0.0s"),
        (47.31, "47.3s"),
        (99.94, "99.9s"),
        (100, "1m 40s"),
        (3605.4, "60m 05s"),
    ],
)
def test_duration(seconds, shown):
    assert times.duration(seconds) == shown
