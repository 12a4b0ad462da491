"""Names of branches and tags: which are allowed, which are near, which version is the highest."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from fraisier.errors import ConfigurationError

FULL_HASH: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
SHORT_HASH: Final = re.compile(r"[0-9a-f]{4,64}")
_FORBIDDEN: Final = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|//|@\{")
_VERSION: Final = re.compile(r"(?:.*[-_/])?v?(\d+(?:\.\d+)+)((?:[-+._]?[0-9A-Za-z]+)*)", re.IGNORECASE)


def is_name(name: str) -> bool:
    """Whether Git allows a branch or tag of this name: the rules of git-check-ref-format(1), and no dash first."""
    return (
        bool(name)
        and not _FORBIDDEN.search(name)
        and not name.startswith(("-", "/"))
        and not name.endswith(("/", "."))
        and name != "HEAD"
        and not any(part.startswith(".") or part.endswith(".lock") for part in name.split("/"))
    )


def require_name(name: str, what: str) -> str:
    """The name itself. Raises `ConfigurationError` when Git allows no such `what` (branch, version)."""
    if not is_name(name):
        raise ConfigurationError(
            f"{name!r} cannot be the name of a {what} in Git.",
            hint="git check-ref-format --branch NAME explains the rules.",
        )
    return name


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """At most three names that are close to this one, the closest first."""
    import difflib  # noqa: PLC0415 - only a mistake pays for it

    by_lower = {one.lower(): one for one in known}
    return [by_lower[one] for one in difflib.get_close_matches(name.lower(), by_lower, n=3, cutoff=0.5)]


def highest(tags: Iterable[str]) -> str | None:
    """The tag that people know a commit by: the highest version, else the last name; None without tags."""
    return max(tags, key=_rank, default=None)


def _rank(tag: str) -> tuple[bool, list[int], bool, list[tuple[bool, int, str]], str]:
    found = _VERSION.fullmatch(tag)
    if found is None:
        return False, [], False, [], tag
    numbers = [int(part) for part in found[1].split(".")]
    suffix = found[2].partition("+")[0]
    pieces = [
        (piece.isdigit(), int(piece) if piece.isdigit() else 0, piece)
        for piece in re.findall(r"\d+|[A-Za-z]+", suffix)
    ]
    return True, numbers, not suffix, pieces, tag
