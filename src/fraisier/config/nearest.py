"""The names somebody may have meant."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(name: str, names: Iterable[str]) -> list[str]:
    """At most three of `names`, the most similar first; upper and lower case count as equal."""
    import difflib  # noqa: PLC0415 - only a mistake pays for it

    known = {known.lower(): known for known in names}
    return [known[match] for match in difflib.get_close_matches(name.lower(), known, n=3, cutoff=0.6)]


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """`did you mean a or b?`, or nothing when nothing is near."""
    found = nearest(name, names)
    return f"did you mean {' or '.join(found)}?" if found else ""
