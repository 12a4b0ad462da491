"""`branch_mapping:` — which environment a push to a branch deploys."""

from __future__ import annotations

from typing import Final

import msgspec

from fraisier.config.kinds import named, text
from fraisier.config.names import branch
from fraisier.config.nearest import did_you_mean
from fraisier.config.problem import Problems
from fraisier.config.section import BAD, Field, Found, Values, nested, plain, section
from fraisier.config.service_group import is_group


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
BRANCH_MAPPING: Final = named(nested(BRANCH_TARGET), check=branch)


def branch_mapping(values: Values, fraises: Values, problems: Problems) -> dict[str, BranchTarget]:
    """The targets by branch. Complains about those that are not among `fraises`."""
    targets = {}
    for name, found in plain(values).items():
        if _complete(values[name], found, problems):
            targets[name] = BranchTarget(**plain(found))
            _exists(found["fraise"], found["environment"], fraises, problems)
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


def branches_of(values: Values) -> dict[tuple[str, str], list[str]]:
    """For each (fraise, environment) the branches that are mapped to it."""
    found: dict[tuple[str, str], list[str]] = {}
    for name, entry in values.items():
        if entry.value is not BAD:
            target = plain(entry.value)
            found.setdefault((target.get("fraise", ""), target.get("environment", "")), []).append(name)
    return found
