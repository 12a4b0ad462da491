"""Hosts and ports as people write them, and whether they mean this machine."""

from __future__ import annotations

import re
from typing import Final

LOOPBACK: Final = re.compile(r"localhost|127(\.\d{1,3}){3}|::1")


def is_loopback(host: str | None) -> bool:
    return LOOPBACK.fullmatch(host or "") is not None


def place(host: str | None, port: int | None) -> str:
    """`host:port`, an IPv6 address in brackets (RFC 3986)."""
    return f"[{host}]:{port}" if ":" in (host or "") else f"{host}:{port}"
