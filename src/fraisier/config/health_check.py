"""`health_check:` — how a new version proves that it is well. A list means all must pass."""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

from fraisier.config.kinds import FLAG, choice, duration, text, whole
from fraisier.config.names import web_address_or_path
from fraisier.config.node import Sequence
from fraisier.config.section import BAD, Field, Found, Kind, Value, section


class HealthCheck(msgspec.Struct, frozen=True, kw_only=True):
    """All times are seconds. `timeout` bounds one attempt, `retries` counts further attempts after the first.

    Failures within `start_period` do not count as attempts; `initial_delay` is waited before the first.
    """

    type: Literal["http"] = "http"
    url: str = ""
    timeout: float = 5.0
    retries: int = 3
    retry_delay: float = 1.0
    initial_delay: float = 0.0
    start_period: float = 0.0
    expected_status: int = 200
    enabled: bool = True


URL: Final = text("an http(s) address or a path", check=web_address_or_path, may_refer=True)
TIMEOUT: Final = duration(minimum=0.01)
RETRIES: Final = whole(0, 10_000)

HEALTH_CHECK: Final = section(
    "How a new version proves that it is well.",
    Field(
        "type",
        choice(
            "health check",
            ("http",),
            {
                "tcp": "health checks of a TCP port",
                "command": "health checks by a command",
                "exec": "health checks by a command",
                "database": "health checks of a database",
            },
        ),
        "What is asked.",
    ),
    Field("url", URL, "The address to GET; a path is relative to the service on this machine, or to `name`."),
    Field("path", URL, "The same as url, for a path.", into="url"),
    Field("timeout", TIMEOUT, "How long one attempt may take."),
    Field("retries", RETRIES, "How many more attempts follow the first."),
    Field("retry_delay", duration(), "The pause between two attempts."),
    Field("initial_delay", duration(), "The pause before the first attempt."),
    Field("start_period", duration(), "Failures within this time after the start do not count."),
    Field("expected_status", whole(100, 599), "The status of a good answer."),
    Field("enabled", FLAG, "false skips the check, and every deployment says so."),
    not_yet={
        "version": "a health check that reads the version from the answer",
        "host": "health checks of a TCP port",
        "port": "health checks of a TCP port",
        "command": "health checks by a command",
        "expected_exit_code": "health checks by a command",
        "connection_string": "health checks of a database",
        "query": "health checks of a database",
    },
)


def _read(value: Value) -> Any:
    """One mapping, or a tuple of them."""
    if not isinstance(value.node, Sequence):
        return HEALTH_CHECK.read(value)
    paths = (Value(item, f"{value.path}[{n}]", value.problems) for n, item in enumerate(value.node.items))
    checks = [(HEALTH_CHECK.read(one), one) for one in paths]
    return tuple(Found(found, one.line, one.column, one.path) for found, one in checks if found is not BAD)


HEALTH_CHECK_KIND: Final = Kind("a mapping, or a list of them", _read)
