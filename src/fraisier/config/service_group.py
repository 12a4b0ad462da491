"""`type: service_group` — several fraises under one name, deployed together."""

from __future__ import annotations

from typing import Final

from fraisier.config.nearest import did_you_mean
from fraisier.config.problem import Problems
from fraisier.config.section import BAD, Found, Values, plain

OWN: Final = frozenset({"type", "description", "services"})
GROUP: Final = "service_group"


def is_group(values: Values) -> bool:
    return plain(values).get("type") == GROUP


def services(values: Values, at: Found, fraises: Values, problems: Problems) -> tuple[str, ...]:
    """The members of a group, in their order. Complains about what is not a fraise, or a group itself."""
    for key, found in values.items():
        if key not in OWN:
            what = "belongs to its members: a service_group only has description and services"
            problems.add(found, what)
    listed = values.get("services")
    if listed is None:
        problems.add(at, "has no services: the names of the fraises that are deployed together")
        return ()
    members: tuple[Found, ...] = () if listed.value is BAD else listed.value
    for number, member in enumerate(members):
        _member(member, [one.value for one in members[:number]], fraises, problems)
    return tuple(one.value for one in members if one.value is not BAD)


def _member(member: Found, before: list[str], fraises: Values, problems: Problems) -> None:
    if member.value is BAD:
        return
    if member.value in before:
        problems.add(member, f"the fraise {member.value!r} is already in this group")
    elif member.value not in fraises:
        hint = did_you_mean(member.value, fraises)
        problems.add(member, f"there is no fraise {member.value!r}", hint=hint)
    elif fraises[member.value].value is not BAD and is_group(fraises[member.value].value):
        problems.add(member, f"{member.value!r} is a service_group, and groups hold fraises only")
