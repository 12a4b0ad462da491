"""`health_check:` — how a new version proves that it is well. A list means all must pass."""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

from fraisier.config.kinds import ARGV, FLAG, choice, duration, text, whole
from fraisier.config.names import database_address, header_name, host, web_address_or_path
from fraisier.config.node import Sequence
from fraisier.config.section import BAD, Field, Found, Kind, Value, plain, section


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """Where an HTTP answer names the version that gave it: a dotted path into its JSON, or a header."""

    json: str | None = None
    header: str | None = None


class HealthCheck(msgspec.Struct, frozen=True, kw_only=True):
    """All times are seconds. `timeout` bounds one attempt, `retries` counts further attempts after the first.

    http asks `url` and expects `expected_status`; tcp connects to `host` and `port`; command expects
    `expected_exit_code`: all three from the target. database sends `query` to `connection_string`, which is still
    unresolved, from here. Failures within `start_period` do not count as attempts; `initial_delay` is waited before
    the first.
    """

    type: Literal["http", "tcp", "command", "database"] = "http"
    url: str = ""
    host: str = ""
    port: int | None = None
    command: tuple[str, ...] = ()
    expected_exit_code: int = 0
    connection_string: str = ""
    query: str = "SELECT 1"
    version: Version | None = None
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

VERSION: Final = section(
    "health_check.version",
    "Where an answer names the version that gave it.",
    Field("json", text(), "The dotted path of the version in a JSON answer, such as build.commit."),
    Field("header", text(check=header_name), "The header that holds the version."),
    of=Version,
)


def _read_version(value: Value) -> Any:
    found = VERSION.read(value)
    if found is not BAD and len(found) != 1:
        return value.refuse("must name either json or header")
    return found if found is BAD or BAD in [one.value for one in found.values()] else Version(**plain(found))


HEALTH_CHECK: Final = section(
    "health_check",
    "How a new version proves that it is well.",
    Field(
        "type",
        choice("health check", ("http", "tcp", "command", "database")),
        "What is asked: an address, a port, a command on the target, or a database.",
    ),
    Field(
        "url", URL, "The address that the target GETs; a path is relative to the service there, or to `name`."
    ),
    Field("path", URL, "The same as url, for a path.", into="url"),
    Field("expected_status", whole(100, 599), "The status of a good answer."),
    Field(
        "version",
        Kind("a mapping with json or header", _read_version, VERSION),
        "Where the answer names its version, which must be the new one.",
    ),
    Field(
        "host",
        text(check=host),
        "tcp: the machine that listens, as the target knows it; default: the target itself.",
    ),
    Field("port", whole(1, 65535), "tcp: the port; default: service.port."),
    Field("command", ARGV, "command: what runs on the target, in the live release."),
    Field("expected_exit_code", whole(0, 255), "command: the exit code of a good answer."),
    Field(
        "connection_string",
        text("a database's address", check=database_address, may_refer=True),
        "database: where it is; asked from the machine that Fraisier runs on.",
    ),
    Field("query", text(), "database: what is asked."),
    Field("timeout", TIMEOUT, "How long one attempt may take."),
    Field("retries", RETRIES, "How many more attempts follow the first."),
    Field("retry_delay", duration(), "The pause between two attempts."),
    Field("initial_delay", duration(), "The pause before the first attempt."),
    Field("start_period", duration(), "Failures within this time after the start do not count."),
    Field("enabled", FLAG, "false skips the check, and every deployment says so."),
    of=HealthCheck,
)


def _read(value: Value) -> Any:
    """One mapping, or a tuple of them."""
    if not isinstance(value.node, Sequence):
        return HEALTH_CHECK.read(value)
    paths = (Value(item, f"{value.path}[{n}]", value.problems) for n, item in enumerate(value.node.items))
    checks = [(HEALTH_CHECK.read(one), one) for one in paths]
    return tuple(Found(found, one.line, one.column, one.path) for found, one in checks if found is not BAD)


HEALTH_CHECK_KIND: Final = Kind(
    "a mapping, or a list of them", _read, {"anyOf": [HEALTH_CHECK, {"type": "array", "items": HEALTH_CHECK}]}
)
