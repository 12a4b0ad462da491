"""What services say, made fit for one line of a terminal."""

from __future__ import annotations

from typing import Final

SHOWN: Final = 200


def clean(text: str) -> str:
    """The first 200 characters: no control characters, blanks collapsed."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())[:SHOWN]
