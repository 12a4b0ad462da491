"""A shop whose lane is busy."""

from __future__ import annotations

from typing import Any

from tests.support.shop import Shop

SLEEPS = ["sh", "-c", "sleep 60"]


def slow_build(shop: Shop, **overrides: Any) -> None:
    shop.configure(build=SLEEPS, **overrides)


def live_and_then_building(shop: Shop) -> str:
    """v1 is live, and v2 is about to be built for a minute."""
    first = shop.commit()
    shop.deploy()
    slow_build(shop)
    shop.commit()
    return first
