"""Two lanes on one machine never share a folder, a port or a unit: each would destroy the other's work."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import Any

from fraisier.config.problem import Problems
from fraisier.config.section import BAD, Found, Values, plain


def check(fraises: Mapping[str, Values], problems: Problems) -> None:
    """Complain about everything that two environments claim, naming both lines."""
    owners: dict[tuple[str, Any], tuple[str, Found]] = {}
    for fraise, environments in fraises.items():
        for environment, found in environments.items():
            for what, claimed, at in _claims(found.value):
                owner, there = owners.setdefault((what, claimed), (f"{fraise}/{environment}", at))
                if (mine := f"{fraise}/{environment}") != owner:
                    on = f" on {claimed[0]}" if claimed[0] else ""
                    said = f"{mine} uses the {what} {claimed[1]} of {owner}{on} on line {there.line}"
                    problems.add(at, said)


def _claims(values: Values) -> Iterator[tuple[str, tuple[str, Any], Found]]:
    service = values["service"].value if "service" in values else {}
    hosts = values["hosts"].value if "hosts" in values else ()
    claims = {
        "app_path": values.get("app_path"),
        "port": service.get("port") if isinstance(service, dict) else None,
        "unit": service.get("unit") if isinstance(service, dict) else None,
    }
    for what, found in claims.items():
        if found is not None and found.value is not BAD:
            for host in () if hosts is BAD else hosts or ("",):
                yield what, (host, _plain_form(what, found.value)), found
    for job in plain(values).get("jobs", {}).values():
        if isinstance(job.value, dict):
            yield from _claims_of(job.value)


def _claims_of(job: Values) -> Iterator[tuple[str, Any, Found]]:
    """The units of a job."""
    for what, key in (("unit", "service_unit"), ("timer", "timer_unit")):
        if key in job and job[key].value is not BAD:
            yield what, _plain_form(what, job[key].value), job[key]


def _plain_form(what: str, value: Any) -> Any:
    match what:
        case "app_path":
            return posixpath.normpath(value)
        case "unit" | "timer":
            suffix = "service" if what == "unit" else "timer"
            return f"{value.removesuffix(f'.{suffix}')}.{suffix}"
        case _:
            return value
