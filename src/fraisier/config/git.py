"""`git:` — the forges that send pushes."""

from __future__ import annotations

from typing import Final

import msgspec

from fraisier.config.forge import Forge, forge, section_of
from fraisier.config.kinds import choice, text
from fraisier.config.names import web_address
from fraisier.config.problem import Problems
from fraisier.config.section import BAD, Field, Section, Values, nested, plain, section
from fraisier.model.registry import names

BUILT: Final = ("github", "gitlab", "gitea", "forgejo", "bitbucket")


class Git(msgspec.Struct, frozen=True, kw_only=True):
    """`provider` is the forge of deliveries that do not say where they come from."""

    provider: str = "github"
    forges: dict[str, Forge] = msgspec.field(default_factory=dict)


class FraiseGit(msgspec.Struct, frozen=True, kw_only=True):
    """The forge of one fraise. `provider` None means `git.provider`."""

    provider: str | None = None
    base_url: str | None = None


FORGE_NAME: Final = choice("forge", BUILT, plugins="forge")

FRAISE_GIT: Final = section(
    "fraises.FRAISE.git",
    "The forge that this fraise's pushes come from.",
    Field("provider", FORGE_NAME, "Its forge; default: git.provider."),
    Field("base_url", text(check=web_address), "Where that forge lives, if it is one of your own."),
    of=FraiseGit,
)


def _forge(name: str) -> Field:
    return Field(
        name, nested(section_of(name)), f"How deliveries of {name} are verified.", into=f"forges.{name}"
    )


def _installed(name: str) -> Field | None:
    """A forge of one's own is configured like ours."""
    return _forge(name) if name in names("forge") else None


GIT: Final[Section] = section(
    "git",
    "The forges that send pushes.",
    Field("provider", FORGE_NAME, "The forge of deliveries that do not say it themselves."),
    *(_forge(name) for name in BUILT),
    of=Git,
    more=_installed,
)


def git(values: Values, problems: Problems) -> Git:
    """The section as an object."""
    written = plain(values)
    sections = {name: found for name, found in written.pop("forges", {}).items() if found.value is not BAD}
    forges = {name: forge(found.value, problems) for name, found in sections.items()}
    return Git(**written, forges=forges)
