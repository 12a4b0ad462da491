"""`branch_mapping:` — which environment a push to a branch deploys.

`main` is that branch of the mapped fraise's own repository; `acme/api:main` is said of one repository, so that several
can each have their main.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from fraisier.config.kinds import named, text
from fraisier.config.names import branch
from fraisier.config.nearest import did_you_mean
from fraisier.config.problem import Problems
from fraisier.config.section import BAD, Field, Found, Values, nested, plain, section
from fraisier.config.service_group import is_group

_REPOSITORY: Final = re.compile(r"[^\s:/]+(?:/[^\s:/]+)+")


class BranchTarget(msgspec.Struct, frozen=True, kw_only=True):
    """What a push to the branch deploys."""

    fraise: str
    environment: str


BRANCH_TARGET: Final = section(
    "branch_mapping.BRANCH",
    "What a push to this branch deploys.",
    Field("fraise", text(), "The name of a fraise in this file."),
    Field("environment", text(), "The name of one of its environments."),
    of=BranchTarget,
)


def split(key: str) -> tuple[str, str]:
    """Repository and branch that a key means; without a repository the first is empty."""
    repository, _, name = key.rpartition(":")
    return repository, name


def _key(text: str) -> str | None:
    repository, name = split(text)
    if ":" in text and not _REPOSITORY.fullmatch(repository):
        return f"{repository!r} is not a repository such as acme/api"
    return branch(name)


BRANCH_MAPPING: Final = named(nested(BRANCH_TARGET), check=_key)


def branch_mapping(values: Values, fraises: Values, problems: Problems) -> dict[str, BranchTarget]:
    """The targets by branch. Complains about those that are not among `fraises`."""
    targets = {}
    for name, found in plain(values).items():
        if _complete(values[name], found, problems):
            targets[name] = BranchTarget(**plain(found))
            _exists(found["fraise"], found["environment"], fraises, problems)
            _owns(values[name], name, plain(found), fraises, problems)
    return targets


def _complete(at: Found, target: Values, problems: Problems) -> bool:
    for key in ("fraise", "environment"):
        if key not in target:
            problems.add(at, f"names no {key}")
    return set(plain(target)) == {"fraise", "environment"}


def _exists(fraise: Found, environment: Found, fraises: Values, problems: Problems) -> None:
    if fraise.value not in fraises:
        hint = did_you_mean(fraise.value, fraises)
        problems.add(fraise, f"there is no fraise {fraise.value!r}", hint=hint)
        return
    one = fraises[fraise.value].value
    if one is not BAD and is_group(one):
        problems.add(fraise, f"{fraise.value!r} is a service_group; map the branch to one of its members")
        return
    known = {} if one is BAD or "environments" not in one else one["environments"].value
    if one is not BAD and known is not BAD and environment.value not in known:
        hint = did_you_mean(environment.value, known)
        what = f"the fraise {fraise.value!r} has no environment {environment.value!r}"
        problems.add(environment, what, hint=hint)


def _owns(at: Found, key: str, target: dict[str, str], fraises: Values, problems: Problems) -> None:
    """A repository that is not the fraise's own never deploys it; said here where both are written out."""
    repository = split(key)[0].casefold()
    fraise = plain(fraises).get(target["fraise"], {})
    environment = plain(plain(fraise).get("environments", {})).get(target["environment"], {})
    own = plain(environment).get("git_repo") or plain(fraise).get("git_repo") or ""
    address = own.casefold().rstrip("/").removesuffix(".git")
    if repository and own and "${" not in own and not address.endswith((f"/{repository}", f":{repository}")):
        problems.add(at, f"{split(key)[0]} is not the git_repo of {target['fraise']}/{target['environment']}")


def branches_of(values: Values) -> dict[tuple[str, str], list[str]]:
    """For each (fraise, environment) the branches that are mapped to it."""
    found: dict[tuple[str, str], list[str]] = {}
    for name, entry in values.items():
        if entry.value is not BAD:
            target = plain(entry.value)
            lane = (target.get("fraise", ""), target.get("environment", ""))
            found.setdefault(lane, []).append(split(name)[1])
    return found
