"""`fraises:` — the registry. Environments inherit from their fraise and become frozen objects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fraisier.config.effective import Lane, effective
from fraisier.config.environment import ENVIRONMENT, Fraise, with_target
from fraisier.config.kinds import choice, named
from fraisier.config.names import name
from fraisier.config.problem import Problems
from fraisier.config.section import BAD, Field, Found, Section, Values, inherit, nested, plain, section
from fraisier.config.state import STATE

OWN: Final = frozenset({"type", "environments", "state"})

FRAISE: Final = with_target(
    "One deployable service. What stands here is inherited by its environments.",
    Field(
        "type",
        choice(
            "type of fraise",
            ("api",),
            {
                "worker": "fraises of type worker",
                "etl": "fraises of type etl",
                "scheduled": "fraises of type scheduled",
                "backup": "fraises of type backup",
                "service_group": "fraises of type service_group",
                "custom": "fraises of a type of your own",
            },
        ),
        "What kind of service it is.",
    ),
    Field("environments", named(nested(ENVIRONMENT), check=name), "Where it runs, by name."),
    not_yet={
        "git": "another forge for one fraise",
        "services": "fraises of type service_group",
        "name": "an address for all environments of a fraise; give each its own",
    },
)


def _fraisier(fraise: Section) -> Section:
    """The fraise called fraisier: its `database` is Fraisier's own, and no environment inherits it."""
    others = (field for field in fraise.fields if field.key != "database")
    own = Field("database", nested(STATE), "Fraisier's own database.", into="state")
    return section(fraise.says, *others, own, not_yet=fraise.not_yet)


FRAISES: Final = named(nested(FRAISE), check=name, special={"fraisier": nested(_fraisier(FRAISE))})


def inherited(fraises: Values, problems: Problems) -> dict[str, Values]:
    """For each fraise its environments with all that they inherit; what could not be read is left out."""
    found = {}
    for called, fraise in fraises.items():
        if fraise.value is BAD:
            continue
        environments = fraise.value.get("environments")
        if not (environments and environments.value) and "state" not in fraise.value:
            problems.add(fraise, "has no environments")
        found[called] = _environments(fraise.value, plain(fraise.value).get("environments", {}))
    return found


def _environments(fraise: Values, environments: Values) -> Values:
    shared = {key: found for key, found in fraise.items() if key not in OWN}
    return {
        key: Found(inherit(shared, one.value), one.line, one.column, one.path)
        for key, one in environments.items()
        if one.value is not BAD
    }


def fraise(
    called: str,
    values: Values,
    environments: Values,
    branches: Mapping[tuple[str, str], list[str]],
    problems: Problems,
) -> Fraise:
    """The frozen fraise. `branches` are those that are mapped to each (fraise, environment)."""
    written = plain(values)
    built = {}
    for key, found in environments.items():
        mapped = branches.get((called, key), [])
        lane = Lane(
            fraise=called,
            environment=key,
            type=written.get("type", "api"),
            refused="type" in values and "type" not in written,
            branch=mapped[0] if len(mapped) == 1 else "main",
        )
        built[key] = effective(lane, found, problems)
    description = written.get("description", "")
    return Fraise(name=called, type=written.get("type", "api"), description=description, environments=built)
