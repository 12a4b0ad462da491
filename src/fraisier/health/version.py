"""Which version an HTTP answer says it comes from. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from fraisier.config.health_check import Version
from fraisier.health.text import clean
from fraisier.model.commit import Commit

SHORTEST: Final = 7
"""Characters of a hash that name a commit to people."""


def named(where: Version, headers: Mapping[str, str], body: bytes) -> str | None:
    """What the answer says there; None when it says nothing."""
    if where.header is not None:
        wanted = where.header.lower()
        return next((text.strip() for name, text in headers.items() if name.lower() == wanted), None)
    try:
        found = json.loads(body)
    except ValueError:
        return None
    for key in (where.json or "").split("."):
        found = _below(found, key)
    return str(found) if isinstance(found, str | int | float) else None


def fault(where: Version, said: str | None, expected: Commit) -> str | None:
    """Why this is not the expected version; None when it is: a full or abbreviated hash, or its tag."""
    place = f"header {where.header}" if where.header is not None else f"JSON {where.json}"
    if said is None:
        return f"its {place} names no version"
    same = said == expected.tag or (len(said) >= SHORTEST and expected.sha.startswith(said.lower()))
    return None if same else f"its {place} says version {clean(said)}, not {expected.sha}"


def _below(found: Any, key: str) -> Any:
    if isinstance(found, dict):
        return found.get(key)
    if isinstance(found, list) and key.isdecimal() and int(key) < len(found):
        return found[int(key)]
    return None
