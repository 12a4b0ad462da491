"""`service:` — the process that serves a fraise on a host."""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

from fraisier.config.kinds import ARGV, FLAG, at_most, choice, duration, text, whole
from fraisier.config.names import compose_service
from fraisier.config.node import Scalar, Sequence
from fraisier.config.section import Field, Found, Kind, Value, section


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """`command` runs in the release folder. `unit` is your own systemd unit (`systemd_service`), used as it is.

    `manager` auto means systemd where it runs, else supervisor. `stop_timeout` is in seconds: SIGTERM, wait,
    SIGKILL. `sandbox`: systemd keeps the service away from what services rarely need. `names` are services of a
    Compose file, all of them if empty.
    """

    manager: Literal["auto", "systemd", "supervisor"] = "auto"
    command: tuple[str, ...] = ()
    port: int | None = None
    unit: str | None = None
    stop_timeout: float = 30.0
    sandbox: bool = True
    names: tuple[str, ...] = ()


NAMES: Final = at_most(16, text("the name of a service", check=compose_service))

SERVICE: Final = section(
    "service",
    "The process that serves a fraise on a host.",
    Field(
        "manager",
        choice("service manager", ("auto", "systemd", "supervisor")),
        "Who keeps the process alive; auto takes systemd where it runs, else supervisor.",
    ),
    Field("command", ARGV, "What to run in the release's folder. PORT and env_vars are in its environment."),
    Field("port", whole(1, 65535), "The TCP port on which the service listens; it gets it as PORT."),
    Field(
        "name",
        NAMES,
        "docker_compose: the service of the Compose file, or several; default: all. `service: web` is short for it.",
        into="names",
    ),
    Field("stop_timeout", duration(), "How long the service may take to stop before it is killed."),
    Field(
        "sandbox",
        FLAG,
        "false lifts what systemd keeps a service from: devices, the kernel's settings, writing to /usr and /etc.",
    ),
    of=Service,
)


def _read(value: Value) -> Any:
    """A name, or a list of them, stands for a mapping with `name`."""
    if isinstance(value.node, Sequence) or (
        isinstance(value.node, Scalar) and value.node.type not in {"null", "refused"}
    ):
        return {"names": Found(NAMES.read(value), value.line, value.column, value.path)}
    return SERVICE.read(value)


SERVICE_KIND: Final = Kind("a mapping", _read, {"anyOf": [SERVICE, NAMES.shape]})
