"""Which steps run at the same time. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from fraisier.model.plan import Plan

Chain = tuple[int, ...]


def sections(plan: Plan, ordinals: Iterable[int]) -> Sequence[tuple[Chain, ...]]:
    """The ordinals as sections, one after the other; the chains of a section run side by side, one for each host."""
    found: list[tuple[Chain, ...]] = []
    for together, group in groupby(ordinals, lambda ordinal: plan.steps[ordinal].together):
        if together:
            found.append(_chains(plan, group))
        else:
            found += [((ordinal,),) for ordinal in group]
    return found


def _chains(plan: Plan, ordinals: Iterable[int]) -> tuple[Chain, ...]:
    by_host: dict[str, list[int]] = {}
    for ordinal in ordinals:
        by_host.setdefault(plan.steps[ordinal].host, []).append(ordinal)
    return tuple(tuple(chain) for chain in by_host.values())
