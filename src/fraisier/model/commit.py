"""A version is a commit; people see its tag if there is one, else seven characters."""

from __future__ import annotations

import msgspec


class Commit(msgspec.Struct, frozen=True, kw_only=True):
    """One commit of a repository, as Git names it (40 or 64 hexadecimal digits)."""

    sha: str
    branch: str | None = None
    tag: str | None = None

    @property
    def shown(self) -> str:
        return self.tag or short(self.sha)


def shown(version: str | None) -> str:
    """A version as people call it; an em dash where there is none."""
    return version or short(None)


def short(sha: str | None) -> str:
    """The seven characters people read; an em dash where there is no version yet."""
    return sha[:7] if sha else "—"
