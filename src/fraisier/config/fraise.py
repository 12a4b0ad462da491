"""`fraises:` — the registry. Environments inherit from their fraise and become frozen objects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from fraisier.config.effective import FraiseKind, Lane, effective
from fraisier.config.environment import BUILT, ENVIRONMENT, TARGET, Fraise, with_target
from fraisier.config.git import FRAISE_GIT
from fraisier.config.kinds import choice, listed, named, text
from fraisier.config.names import name
from fraisier.config.problem import Problems
from fraisier.config.provider_config import Owner, owner, settled
from fraisier.config.section import BAD, Field, Found, Section, Values, inherit, nested, plain, section
from fraisier.config.service_group import GROUP, is_group, services
from fraisier.config.state import STATE

OWN: Final = frozenset({"type", "environments", "state", "services", "deployer"})
TYPES: Final = ("api", "worker", "etl", "scheduled", "backup", "service_group", "custom")


def _one_level_up(key: str) -> str:
    return "it belongs to the fraise, beside environments: for all of them" if key in _FOR_ALL else ""


FRAISE: Final = with_target(
    "fraises.FRAISE",
    "One deployable service. What stands here is inherited by its environments.",
    Field(
        "type",
        choice(
            "type of fraise",
            TYPES,
            plugins="deployer",
        ),
        "What kind of service it is, api unless it is said; the name of a registered deployer is short for custom with that deployer.",
    ),
    Field(
        "deployer",
        choice("deployer", (), plugins="deployer"),
        "Type custom: the name by which its deployer is registered.",
    ),
    Field(
        "services", listed(text(check=name)), "Type service_group: the fraises that are deployed together."
    ),
    Field("git", nested(FRAISE_GIT), "The forge of this fraise, where it is not git.provider."),
    Field(
        "environments",
        named(nested(msgspec.structs.replace(ENVIRONMENT, elsewhere=_one_level_up)), check=name),
        "Where it runs, by name.",
    ),
    not_yet={
        "name": "an address for all environments of a fraise; give each its own",
    },
)


_FOR_ALL: Final = FRAISE.by_key.keys() - ENVIRONMENT.by_key.keys() - {"environments"}


def _fraisier(fraise: Section) -> Section:
    """The fraise called fraisier: its `database` is Fraisier's own, and no environment inherits it."""
    others = (field for field in fraise.fields if field.key != "database")
    own = Field("database", nested(STATE), "Fraisier's own database.", into="state")
    return section("fraises.fraisier", fraise.says, *others, own, of=fraise.of, not_yet=fraise.not_yet)


FRAISES: Final = named(nested(FRAISE), check=name, special={"fraisier": nested(_fraisier(FRAISE))})


def inherited(fraises: Values, problems: Problems) -> dict[str, Values]:
    """For each fraise its environments with all that they inherit; what could not be read is left out."""
    found: dict[str, Values] = {}
    for called, fraise in fraises.items():
        if fraise.value is BAD:
            continue
        if is_group(fraise.value):
            found[called] = {}
            continue
        environments = fraise.value.get("environments")
        if not (environments and environments.value) and "state" not in fraise.value:
            problems.add(fraise, "has no environments")
        found[called] = _environments(fraise.value, plain(fraise.value).get("environments", {}), problems)
    return found


def _environments(fraise: Values, environments: Values, problems: Problems) -> Values:
    shared = {key: found for key, found in fraise.items() if key not in OWN}
    inheritances: dict[Owner, Values] = {}
    found = {}
    for key, one in environments.items():
        if one.value is BAD:
            continue
        provider = one.value.get("provider", shared.get("provider"))
        whose = owner(provider, BUILT)
        if whose not in inheritances:
            inheritances[whose] = settled(shared, whose, TARGET, problems)
        merged = inherit(inheritances[whose], settled(one.value, whose, TARGET, problems))
        found[key] = Found(merged, one.line, one.column, one.path)
    return found


def fraise(
    called: str,
    fraises: Values,
    environments: Values,
    branches: Mapping[tuple[str, str], list[str]],
    problems: Problems,
) -> Fraise:
    """The frozen fraise. `branches` are those that are mapped to each (fraise, environment)."""
    found = fraises[called]
    kind = _kind(found, problems)
    built = {
        key: effective(Lane(called, key, kind, _branch(branches.get((called, key), []))), one, problems)
        for key, one in environments.items()
    }
    return Fraise(
        name=called,
        type=kind.type,
        description=plain(found.value).get("description", ""),
        environments=built,
        services=services(found.value, found, fraises, problems) if kind.type == GROUP else (),
    )


def _kind(found: Found, problems: Problems) -> FraiseKind:
    """The fraise's type; the name of a deployer is short for custom with that deployer."""
    written = plain(found.value)
    named = written.get("type", "api")
    refused = "type" in found.value and "type" not in written
    if not refused:
        _belonging(found, named, problems)
    if named in TYPES:
        return FraiseKind(type=named, deployer=written.get("deployer"), refused=refused)
    return FraiseKind(type="custom", deployer=named, refused=refused)


def _branch(mapped: list[str]) -> str:
    return mapped[0] if len(mapped) == 1 else "main"


def _belonging(found: Found, type_: str, problems: Problems) -> None:
    """What only one type of fraise has."""
    for key, its_type in (("services", GROUP), ("deployer", "custom")):
        if key in found.value and type_ not in {its_type, GROUP}:
            problems.add(
                found.value[key], f"belongs to the type {its_type}, and this fraise is of type {type_}"
            )
    if type_ == "custom" and "deployer" not in found.value:
        problems.add(found, "names no deployer: the name by which a deployer of your own is registered")
