"""`git:` — the forges that send pushes, and the secrets that they sign with."""

from __future__ import annotations

from typing import Final

import msgspec

from fraisier.config.kinds import at_most, choice, text
from fraisier.config.names import web_address
from fraisier.config.problem import Problems
from fraisier.config.section import BAD, Field, Section, Values, nested, plain, section
from fraisier.model.registry import names

BUILT: Final = ("github",)
NOT_YET: Final = {
    "gitlab": "pushes from GitLab",
    "gitea": "pushes from Gitea",
    "forgejo": "pushes from Forgejo",
    "bitbucket": "pushes from Bitbucket",
}


class Forge(msgspec.Struct, frozen=True, kw_only=True):
    """`webhook_secrets` are unresolved texts such as `${FRAISIER_WEBHOOK_SECRET}`: two while one is replaced."""

    base_url: str | None = None
    webhook_secrets: tuple[str, ...] = ()


class Git(msgspec.Struct, frozen=True, kw_only=True):
    """`provider` is the forge of deliveries that do not say where they come from."""

    provider: str = "github"
    forges: dict[str, Forge] = msgspec.field(default_factory=dict)


FORGE: Final = section(
    "git.FORGE",
    "One forge.",
    Field("base_url", text(check=web_address), "Where a forge of your own lives (GitHub Enterprise)."),
    Field(
        "webhook_secret",
        at_most(2, text("text, best a ${…} reference", may_refer=True)),
        "What deliveries are signed with; a list of two while one is replaced by the other.",
        into="webhook_secrets",
        aliases=("secret_token",),
    ),
    of=Forge,
    not_yet={
        "server": "Bitbucket Server and Data Center",
        "allow_sha1": "signatures with SHA-1",
        "allow_unsigned": "deliveries without a signature",
        "signing_tokens": "GitLab's signing tokens",
    },
)


class FraiseGit(msgspec.Struct, frozen=True, kw_only=True):
    """The forge of one fraise. `provider` None means `git.provider`."""

    provider: str | None = None
    base_url: str | None = None


FORGE_NAME: Final = choice("forge", BUILT, NOT_YET, plugins="forge")

FRAISE_GIT: Final = section(
    "fraises.FRAISE.git",
    "The forge that this fraise's pushes come from.",
    Field("provider", FORGE_NAME, "Its forge; default: git.provider."),
    Field("base_url", text(check=web_address), "Where that forge lives, if it is one of your own."),
    of=FraiseGit,
)


def _forge(name: str) -> Field:
    return Field(name, nested(FORGE), f"How deliveries of {name} are verified.", into=f"forges.{name}")


def _installed(name: str) -> Field | None:
    """A forge of one's own is configured like ours."""
    return _forge(name) if name not in NOT_YET and name in names("forge") else None


GIT: Final[Section] = section(
    "git",
    "The forges that send pushes.",
    Field("provider", FORGE_NAME, "The forge of deliveries that do not say it themselves."),
    *(_forge(name) for name in BUILT),
    of=Git,
    more=_installed,
    not_yet=NOT_YET,
)


def git(values: Values, problems: Problems) -> Git:
    """The section as an object; an empty secret would accept what anybody signs."""
    written = plain(values)
    forges = {
        name: plain(found.value)
        for name, found in written.pop("forges", {}).items()
        if found.value is not BAD
    }
    for name, forge in forges.items():
        if not all(forge.get("webhook_secrets", ("?",))):
            found = values["forges"].value[name].value["webhook_secrets"]
            problems.add(found, "is empty: anybody could sign with it")
    return Git(**written, forges={name: Forge(**forge) for name, forge in forges.items()})
