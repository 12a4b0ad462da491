"""The values of one environment become its frozen object; what is missing or contradicts itself is named."""

from __future__ import annotations

import os
from typing import Any, Final

import msgspec

from fraisier.config import app_database, belongs, hosts
from fraisier.config.app_database import AppDatabase
from fraisier.config.environment import Environment
from fraisier.config.git import FraiseGit
from fraisier.config.health_check import HealthCheck
from fraisier.config.hooks import Hooks
from fraisier.config.job import TYPES as JOB_TYPES
from fraisier.config.job import jobs, needs
from fraisier.config.problem import Problems
from fraisier.config.provider_config import OPTIONS
from fraisier.config.pushes import pushes
from fraisier.config.resources import resources
from fraisier.config.section import BAD, Found, Values, plain
from fraisier.config.service import Service

LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")
COMPOSED: Final = frozenset(
    {
        "host",
        "webhooks",
        "service",
        "health_check",
        "database",
        "env_vars",
        "hooks",
        "git",
        "env_files",
        "pushes",
        "resources",
        "jobs",
        "job",
        OPTIONS,
    }
)
SERVING: Final = frozenset({"api", "worker"})
NEEDED: Final = {
    "http": ("url", "has neither url nor path: nobody knows what to ask"),
    "tcp": ("port", "has no port, and there is no service.port either"),
    "command": ("command", "has no command: nobody knows what to run"),
    "database": ("connection_string", "has no connection_string: nobody knows which database"),
}
TYPE_OF: Final = (
    dict.fromkeys(("url", "expected_status", "version"), "http")
    | dict.fromkeys(("host", "port"), "tcp")
    | dict.fromkeys(("command", "expected_exit_code"), "command")
    | dict.fromkeys(("connection_string", "query"), "database")
)


class FraiseKind(msgspec.Struct, frozen=True, kw_only=True):
    """The type of a fraise. `refused`: it was not understood, so nobody knows which keys it needs."""

    type: str
    deployer: str | None
    refused: bool


class Lane(msgspec.Struct, frozen=True):
    """What an environment knows from outside. `branch` is the default."""

    fraise: str
    environment: str
    kind: FraiseKind
    branch: str


def effective(lane: Lane, found: Found, problems: Problems) -> Environment:
    """The environment with its defaults. Where a value is wrong its default stands in; `problems` knows."""
    values: Values = found.value
    if not lane.kind.refused and _value(values, "provider") in {None, "bare_metal"}:
        _required(lane, values, found, problems)
    if (provider := _value(values, "provider") or "bare_metal") is not BAD:
        belongs.check(provider, values, problems)
        if provider == "docker_compose" and _value(values, "hosts") and "app_path" not in values:
            problems.add(
                found, "has no app_path: the absolute path of the folder for its releases on the host"
            )
    _consistent(values, lane.kind.type, problems)
    written: dict[str, Any] = {"branch": lane.branch} | plain(values)
    service = _mapping(values, "service")
    database = _mapping(values, "database")
    return Environment(
        fraise=lane.fraise,
        environment=lane.environment,
        type=lane.kind.type,
        deployer=lane.kind.deployer,
        service=Service(**plain(service)) if service else None,
        resources=resources(_mapping(values, "resources"), problems),
        health_checks=_health_checks(lane, values, problems),
        database=AppDatabase(**plain(database)) if database else None,
        provider_options=plain(_mapping(values, OPTIONS)),
        env_vars=plain(_mapping(values, "env_vars")),
        env_files=tuple(_beside(problems.file, path) for path in plain(values).get("env_files", ())),
        hooks=Hooks(**plain(_mapping(values, "hooks"))),
        git=_git(values),
        pushes=pushes(_mapping(values, "pushes"), problems),
        depends_on=needs(values),
        jobs=() if lane.kind.refused else jobs(lane.kind.type, values, found, problems),
        **{key: value for key, value in written.items() if key not in COMPOSED},
    )


def _required(lane: Lane, values: Values, at: Found, problems: Problems) -> None:
    """What a fraise on a machine cannot do without; a deployer of one's own may need no service."""
    if "app_path" not in values:
        problems.add(at, "has no app_path: the absolute path of the folder for its releases")
    service = _value(values, "service")
    if service is BAD:
        return
    run = {"command", "unit"}.intersection(service or ()) or "deployment_type" in values
    if lane.kind.type in SERVING and not run:
        problems.add(at, "has neither service.command nor systemd_service: nobody knows what to run")
    if lane.kind.type == "worker" and (port := (service or {}).get("port")):
        problems.add(port, "belongs to the type api: a worker answers on no port")


def _consistent(values: Values, type_: str, problems: Problems) -> None:
    service, database = _mapping(values, "service"), _mapping(values, "database")
    unit, manager, bounds = service.get("unit"), service.get("manager"), values.get("resources")
    supervisor = manager is not None and manager.value == "supervisor"
    if unit and (command := service.get("command")):
        _contradict(unit, command, problems, "the unit has a command of its own")
    if unit and manager and supervisor:
        _contradict(unit, manager, problems, "a systemd unit is not run by supervisor")
    if unit and bounds:
        _contradict(unit, bounds, problems, "the unit has limits of its own")
    if manager and supervisor and bounds:
        _contradict(manager, bounds, problems, "supervisor cannot hold a service to limits")
    if (become := values.get("become")) and (user := values.get("user")):
        _contradict(become, user, problems, "only root can run things as another user")
    if become and (jobs := values.get("jobs")):
        _contradict(
            become, jobs, problems, "timers of jobs are installed by root, or run in the user's own systemd"
        )
    hosts.consistent(values, type_, problems)
    if database:
        app_database.consistent(database, problems)


def _contradict(one: Found, other: Found, problems: Problems, why: str) -> None:
    first, second = sorted((one, other), key=lambda found: (found.line, found.column))
    problems.add(second, f"contradicts {first.path} on line {first.line}: {why}")


def _beside(file: str, path: str) -> str:
    """Relative files lie beside fraises.yaml, wherever Fraisier is started."""
    return os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(file)), path))  # noqa: PTH100, PTH118, PTH120 - see search.py


def _git(values: Values) -> FraiseGit | None:
    written = plain(_mapping(values, "git"))
    return FraiseGit(**written) if written else None


def _health_checks(lane: Lane, values: Values, problems: Problems) -> tuple[HealthCheck, ...]:
    found = values.get("health_check")
    if found is None or found.value is BAD:
        return ()
    listed = found.value if isinstance(found.value, tuple) else (found,)
    return tuple(_health_check(lane, values, one, problems) for one in listed)


def _health_check(lane: Lane, values: Values, found: Found, problems: Problems) -> HealthCheck:
    written = plain(found.value)
    if "type" in written or "type" not in found.value:
        _complete(found, written, plain(_mapping(values, "service")).get("port"), problems)
    url = written.get("url")
    if url and url.startswith("/"):
        address = _address(values)
        written["url"] = f"{address}{url}"
        serves = lane.kind.type not in JOB_TYPES
        known_there = (
            serves and _value(values, "provider") == "docker_compose"
        )  # by what its containers publish
        if not (address or known_there or lane.kind.refused or _address_is_wrong(values)):
            what = (
                f"{url!r} is relative, and {lane.fraise}/{lane.environment} has neither service.port nor name"
            )
            problems.add(found.value["url"], what)
    return HealthCheck(**written)


def _complete(found: Found, written: dict[str, Any], service_port: int | None, problems: Problems) -> None:
    """Each type of check has keys of its own. Fills in the address of a tcp check."""
    type_ = written.get("type", "http")
    for key, one in found.value.items():
        owner = TYPE_OF.get(key, type_)
        if owner != type_:
            what = f"belongs to a health check of type {owner}, and this one is of type {type_}"
            problems.add(one, what, hint=f"write type: {owner}" if "type" not in found.value else "")
    if type_ == "tcp":
        written.setdefault("host", "127.0.0.1")
        written.setdefault("port", service_port)
    needed, missing = NEEDED[type_]
    if not (found.value.get(needed) or written.get(needed)) and written.get("enabled", True):
        problems.add(found, missing)


def _address(values: Values) -> str:
    """The service on this machine, else the address by which the world knows it; empty when neither is known."""
    if port := plain(_mapping(values, "service")).get("port"):
        return f"http://127.0.0.1:{port}"
    name: str = plain(values).get("name", "")
    if not name or "://" in name:
        return name.rstrip("/")
    return f"{'http' if name.startswith(LOOPBACK) else 'https'}://{name}"


def _address_is_wrong(values: Values) -> bool:
    """Nobody knows the address that a provider gives which was refused."""
    service = _value(values, "service")
    return BAD in {
        _value(values, "provider"),
        _value(values, "name"),
        service if service is BAD else _value(service or {}, "port"),
    }


def _value(values: Values, key: str) -> Any:
    """None when nothing is written, `BAD` when it is wrong."""
    return values[key].value if key in values else None


def _mapping(values: Values, key: str) -> Values:
    found = _value(values, key)
    return found if isinstance(found, dict) else {}
