"""Medians of runs taken in turns, so that a busy moment of the machine hits both sides."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

Runs = list[float]


def paired(a: Callable[[], float], b: Callable[[], float], *, times: int) -> tuple[Runs, Runs]:
    """The seconds of A B A B …, after one run of each that does not count."""
    pairs = [(a(), b()) for _ in range(times + 1)][1:]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def shown(name: str, ours: Runs, theirs: Runs | None) -> str:
    """One line: both medians in milliseconds and their ratio."""
    mine = median(ours) * 1000
    if not theirs:
        return f"{name:26}{mine:10.0f}{'-':>10}{'-':>8}"
    other = median(theirs) * 1000
    return f"{name:26}{mine:10.0f}{other:10.0f}{mine / other:8.2f}"
