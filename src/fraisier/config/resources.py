"""`resources:` — how much of its machine a service is promised (`request`), and how much it may take (`limit`)."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from fraisier.config import units
from fraisier.config.kinds import scalar
from fraisier.config.problem import Problems
from fraisier.config.section import BAD, Field, Kind, Value, Values, nested, plain, section

MOST_PROCESSORS: Final = 4096
LEAST_MEMORY: Final = 4 * 2**20
MOST_MEMORY: Final = 2**50


class Processors(msgspec.Struct, frozen=True, kw_only=True):
    """Processors as a number: 0.5 is half of one. None: no bound, no promise."""

    limit: float | None = None
    request: float | None = None


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """In bytes. None: no bound, no promise."""

    limit: int | None = None
    request: int | None = None


class Resources(msgspec.Struct, frozen=True, kw_only=True):
    """What one instance of a service may use of its machine."""

    cpu: Processors = Processors()
    memory: Memory = Memory()


NO_BOUNDS: Final = Resources()


def _processors(value: Value) -> Any:
    written = scalar(value, PROCESSORS.expected)
    if written is BAD:
        return BAD
    match = re.fullmatch(r"(\d{1,7}(?:\.\d{1,6})?)(m?)", written.strip())
    found = float(match[1]) / (1000 if match[2] else 1) if match else 0.0
    if 0 < found <= MOST_PROCESSORS:
        return found
    return value.refuse(f"must be {PROCESSORS.expected}, not {written!r}")


def _size(value: Value) -> Any:
    written = scalar(value, SIZE.expected)
    if written is BAD:
        return BAD
    try:
        found = units.size(written)
    except ValueError:
        return value.refuse(f"must be {SIZE.expected}, not {written!r}")
    if LEAST_MEMORY <= found <= MOST_MEMORY:
        return found
    return value.refuse(f"must be from 4Mi to 1024Ti, not {written!r}")


PROCESSORS: Final = Kind(
    "a number of processors such as 2, 0.5 or 500m",
    _processors,
    {"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "string", "pattern": r"^\d+(\.\d+)?m?$"}]},
)
SIZE: Final = Kind(
    "a size such as 512Mi, 2Gi or 2G",
    _size,
    {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": r"^\d"}]},
)

CPU: Final = section(
    "resources.cpu",
    "Processors.",
    Field("limit", PROCESSORS, "The service never gets more."),
    Field(
        "request", PROCESSORS, "Its share where the machine is busy: 1 weighs as much as an ordinary service."
    ),
    of=Processors,
)
MEMORY: Final = section(
    "resources.memory",
    "Memory.",
    Field("limit", SIZE, "A service that needs more is killed, and started again."),
    Field("request", SIZE, "This much is taken from it last where the machine runs short."),
    of=Memory,
)
RESOURCES: Final = section(
    "resources",
    "What the service may use of its machine.",
    Field("cpu", nested(CPU), "Processors."),
    Field("memory", nested(MEMORY), "Memory."),
    of=Resources,
    not_yet={"disk": "a limit for disk space; set a quota in the file system"},
)


def resources(values: Values, problems: Problems) -> Resources:
    """The frozen object; nobody can be promised more than the limit."""
    for what in (each.value for each in values.values() if each.value is not BAD):
        request, limit = what.get("request"), what.get("limit")
        if request and limit and BAD not in {request.value, limit.value} and request.value > limit.value:
            problems.add(request, f"is more than {limit.path} on line {limit.line}")
    written = plain(values)
    return Resources(
        cpu=Processors(**plain(written.get("cpu", {}))), memory=Memory(**plain(written.get("memory", {})))
    )
