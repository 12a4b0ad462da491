"""`git.<forge>:` — where one forge lives, and how its deliveries are verified."""

from __future__ import annotations

from typing import Final

import msgspec

from fraisier.config.kinds import FLAG, at_most, text
from fraisier.config.names import network, web_address
from fraisier.config.problem import Problems
from fraisier.config.section import BAD, Field, Section, Values, plain, section


class Forge(msgspec.Struct, frozen=True, kw_only=True):
    """`webhook_secrets` are unresolved texts such as `${FRAISIER_WEBHOOK_SECRET}`: two while one is replaced.

    `allow_from` are networks; empty means any. `server` and `allow_sha1` are Bitbucket's. With a `token`, also
    unresolved, commits get statuses there.
    """

    base_url: str | None = None
    webhook_secrets: tuple[str, ...] = ()
    allow_from: tuple[str, ...] = ()
    allow_unsigned: bool = False
    server: bool = False
    allow_sha1: bool = False
    token: str | None = None
    api_url: str | None = None


WITH_STATUSES: Final = ("github", "gitlab", "gitea", "forgejo")
SECRETS: Final = at_most(2, text("text, best a ${…} reference", may_refer=True))

_COMMON: Final = (
    Field(
        "base_url",
        text(check=web_address),
        "Where a forge of your own lives: GitHub Enterprise, GitLab, Gitea.",
    ),
    Field(
        "webhook_secret",
        SECRETS,
        "What deliveries are signed with; a list of two while one is replaced by the other. For GitLab one that begins "
        "with whsec_ is a signing token.",
        into="webhook_secrets",
        aliases=("secret_token",),
    ),
    Field(
        "allow_from",
        at_most(256, text("an address or a network such as 192.0.2.0/24", check=network)),
        "Deliveries from elsewhere are refused, however well they are signed.",
    ),
    Field(
        "allow_unsigned", FLAG, "Take deliveries without a signature, from the networks of allow_from alone."
    ),
)

FORGE: Final = section(
    "git.FORGE",
    "One forge.",
    *_COMMON,
    Field(
        "token",
        text("text, best a ${…} reference", may_refer=True),
        "A token of its API that may set commit statuses: every deployment shows on its commit.",
        aliases=("api_token",),
    ),
    Field("api_url", text(check=web_address), "Where its API is; default: where it is below base_url."),
    of=Forge,
)
OWN_FORGE: Final = section("git.OWN", "A forge of your own, installed as a plugin.", *_COMMON, of=Forge)
BITBUCKET: Final = section(
    "git.bitbucket",
    "Bitbucket.",
    *_COMMON,
    Field("server", FLAG, "true for Bitbucket Server and Data Center, false for bitbucket.org."),
    Field("allow_sha1", FLAG, "Take signatures with SHA-1, which old servers make."),
    of=Forge,
)


def section_of(name: str) -> Section:
    """The keys of one forge."""
    return {"bitbucket": BITBUCKET}.get(name, FORGE if name in WITH_STATUSES else OWN_FORGE)


def forge(values: Values, problems: Problems) -> Forge:
    """The section as an object. Complains about what would let anybody in."""
    require_secrets(values, problems)
    unsigned = values.get("allow_unsigned")
    if unsigned and unsigned.value is True and "allow_from" not in values:
        problems.add(
            unsigned, "lets anybody deploy", hint="name the networks that deliveries come from: allow_from"
        )
    return Forge(**plain(values))


def require_secrets(values: Values, problems: Problems) -> None:
    """Complain about an empty secret: it would accept what anybody signs."""
    found = values.get("webhook_secrets")
    if found and found.value is not BAD and not all(found.value):
        problems.add(found, "is empty: anybody could sign with it")
