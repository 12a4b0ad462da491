"""Which forge a delivery comes from. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fraisier.errors import ConfigurationError
from fraisier.git.forge import GitProvider, header
from fraisier.server.refusal import Refusal

ORDER: Final = ("forgejo", "gitea", "gitlab", "bitbucket", "github")
"""Forgejo sends Gitea's headers too, and Gitea sends GitHub's."""


def pinned(forges: Mapping[str, GitProvider], name: str | None) -> set[str]:
    """The forge that FRAISIER_GIT_PROVIDER names, if it names one. Raises `ConfigurationError` for one that is none."""
    if name and name.lower() not in forges:
        raise ConfigurationError(
            f"FRAISIER_GIT_PROVIDER names no forge: {name}.", hint=f"Known are {', '.join(sorted(forges))}."
        )
    return {name} if name else set()


def choose(
    forges: Mapping[str, GitProvider], named: set[str], headers: Mapping[str, str], *, otherwise: str
) -> GitProvider:
    """The forge that the address names, else the one whose event header is there, else `otherwise`.

    Raises `Refusal` for a name that no forge has: a named forge is never replaced by a guess.
    """
    if named:
        return _named(forges, named)
    others = [name for name in forges if name not in ORDER]
    for name in (*others, *ORDER):
        if name in forges and header(headers, forges[name].get_event_header_name()):
            return forges[name]
    return _named(forges, {otherwise})


def _named(forges: Mapping[str, GitProvider], named: set[str]) -> GitProvider:
    if len(named) > 1:
        raise Refusal(400, "The address names two different forges.")
    (name,) = named
    if name.lower() not in forges:
        raise Refusal(404, "No forge has this name.", hint=f"Known are {', '.join(sorted(forges))}.")
    return forges[name.lower()]
