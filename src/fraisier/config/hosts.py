"""The machines of an environment: where they are, how ssh gets there, how many change at once."""

from __future__ import annotations

from typing import Any, Final

from fraisier.config.kinds import choice, duration, scalar, text, whole
from fraisier.config.names import login, private_key, ssh_host
from fraisier.config.node import Sequence
from fraisier.config.problem import Problems
from fraisier.config.section import BAD, Field, Kind, Value, Values

LOCAL: Final = ("localhost", "127.0.0.1", "::1")
MOST: Final = 1000
SEVERAL_TYPES: Final = ("api", "worker", "scheduled", "etl", "backup")
HOST: Final = text("a host as ssh knows it", check=ssh_host)
ROLLING: Final = "the strategy rolling on one host"


def _one(value: Value) -> Any:
    host = HOST.read(value)
    return host if host is BAD else () if host in LOCAL else (host,)


def _several(value: Value) -> Any:
    if not isinstance(value.node, Sequence) or not 1 <= len(value.node.items) <= MOST:
        return value.refuse(f"must be a list of 1 to {MOST} hosts")
    found: list[str] = []
    for number, item in enumerate(value.node.items):
        one = Value(item, f"{value.path}[{number}]", value.problems)
        host = HOST.read(one)
        if host is BAD:
            return BAD
        if host in LOCAL:
            return one.refuse(f"{host} is this machine, which cannot be one of several")
        if host in found:
            return one.refuse(f"{host} is named twice")
        found.append(host)
    return tuple(found)


def _parallel(value: Value) -> Any:
    """A whole number, or a percentage of all hosts."""
    written = scalar(value, EXPECTED)
    number = written.removesuffix("%") if isinstance(written, str) else ""
    if written is BAD:
        return BAD
    if not number.isdecimal() or not 1 <= int(number[:5]) <= (100 if written.endswith("%") else MOST):
        return value.refuse(f"must be {EXPECTED}, not {written!r}")
    return written


EXPECTED: Final = f"a number of hosts from 1 to {MOST}, or a percentage such as 25%"
SEVERAL: Final = {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": MOST}
PARALLEL: Final = {
    "anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": "^[0-9]{1,3}%?$"}]
}

HOST_FIELDS: Final = (
    Field(
        "host",
        Kind("a host as ssh knows it", _one, {"type": "string"}),
        "The machine, reached over SSH: a name of DNS or of ~/.ssh/config; default: this machine.",
        into="hosts",
        aliases=("ssh_host",),
    ),
    Field(
        "hosts",
        Kind("a list of hosts", _several, SEVERAL),
        "Several machines that run the same version.",
    ),
    Field("ssh_user", text(check=login), "Who logs in there; default: as ssh has it."),
    Field("ssh_port", whole(1, 65535), "The port of its SSH server; default: as ssh has it."),
    Field(
        "ssh_key",
        text("the path of a private key", check=private_key),
        "The private key, on this machine; default: those of ssh and its agent.",
        aliases=("ssh_key_path",),
    ),
    Field(
        "max_parallel_deployments",
        Kind(EXPECTED, _parallel, PARALLEL),
        "Rolling: how many hosts change at once after the first, which goes ahead alone.",
    ),
    Field("batch_pause", duration(), "Rolling: how long to wait between two batches of hosts."),
    Field(
        "on_host_failure",
        choice("way", ("all_or_nothing", "keep_going")),
        "Whether one host that fails sends all of them back, or only itself.",
    ),
    Field(
        "migrate_on",
        HOST,
        "The one of several hosts on which hooks, migrations and jobs run; default: the first.",
    ),
)


def consistent(values: Values, type_: str, problems: Problems) -> None:
    """What several hosts need, and what one host cannot do."""
    found = values.get("hosts")
    hosts = found.value if found else ()
    if hosts is BAD:
        return
    strategy, chief = values.get("strategy"), values.get("migrate_on")
    if strategy and strategy.value == "rolling" and len(hosts) < 2:  # noqa: PLR2004 - one after the other
        problems.add(strategy, f"not supported yet: {ROLLING}", kind="not_supported_yet")
    if chief and chief.value is not BAD and chief.value not in hosts:
        problems.add(chief, f"{chief.value} is none of the hosts")
    if found and len(hosts) > 1 and type_ not in SEVERAL_TYPES:
        problems.add(
            found,
            f"not supported yet: several hosts for a fraise of type {type_}",
            kind="not_supported_yet",
        )
