"""Where a delivery comes from, and whether it may. Pure. See RFC 7239 about what proxies are to be believed."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Any

from fraisier.server.refusal import Refusal

Networks = tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]


def networks(written: Iterable[str]) -> Networks:
    """Addresses and CIDR networks, as the configuration has checked them."""
    return tuple(ipaddress.ip_network(one) for one in written)


def source(peer: str | None, forwarded: str, proxies: Networks) -> str | None:
    """The address that the last trusted proxy saw; the peer's own unless it is such a proxy.

    `forwarded` is X-Forwarded-For, which anybody may have begun: it is read from its end.
    """
    hops = [hop.strip() for hop in forwarded.split(",")] if forwarded else []
    while peer is not None and hops and within(peer, proxies):
        peer = hops.pop()
    return peer


def within(address: str | None, allowed: Networks) -> bool:
    """Whether the address is in one of the networks; an IPv4 address in IPv6 clothes counts as itself."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return any((mapped or found) in network for network in allowed)


def require(address: str | None, config: dict[str, Any]) -> None:
    """Raises `Refusal` for a source that the forge's `allow_from` does not name."""
    allowed = networks(config.get("allow_from") or ())
    if allowed and not within(address, allowed):
        raise Refusal(
            403,
            "Deliveries from this address are not allowed.",
            hint="git.FORGE.allow_from names those that are.",
        )
