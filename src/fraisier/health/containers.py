"""What is seen of a service that runs in containers: whose they are, who publishes the port, what Docker says of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

import msgspec

from fraisier.errors import ConfigurationError
from fraisier.health.params import Params
from fraisier.health.sight import NOBODY_KNOWS, Sight
from fraisier.hosts.compose.containers import Container, containers, gives, of
from fraisier.hosts.compose.project import Project
from fraisier.hosts.compose.release import pins_of
from fraisier.model.host import Host, Listener


async def look(host: Host, judged: Params, port: int | None) -> Sight:
    """See the release's own containers now. Its image says which release a container runs, not its name."""
    if judged.project is None or judged.release_path is None:
        return Sight()
    release = PurePosixPath(judged.release_path).name
    own = await _own(host, judged.project, release)
    running = [one for one in own if one.running]
    return Sight(
        processes=(*(one.pid for one in running), *await _beside(host, running)),
        mains=tuple(one.pid for one in running),
        listeners=await _listeners(host, running, port) if port else (),
        port=port,
        release=next((one.release for one in own if one.release != release), release),
        complaint=complaint(own),
        starting=any(one.health == "starting" for one in running),
        vouched=bool(running) and all(one.health == "healthy" for one in running),
    )


async def addressed(host: Host, judged: Params) -> Params:
    """Relative addresses made whole by the one port of this machine that the release publishes.

    Raises `ConfigurationError` where it publishes none, or several.
    """
    if judged.project is None or not any(check.url.startswith("/") for check in judged.checks):
        return judged
    release = PurePosixPath(judged.release_path or "").name
    pins = await pins_of(host, judged.project.app_path, release) if release else None
    ports = sorted({port for several in pins.ports.values() for port in several}) if pins else []
    if len(ports) != 1:
        found = f"several: {', '.join(map(str, ports))}" if ports else "none"
        raise ConfigurationError(
            f"A health check has a relative address, and of the ports that the services publish there are {found}.",
            hint="Write its whole url, or service.port, in fraises.yaml.",
        )
    whole = (
        msgspec.structs.replace(check, url=f"http://127.0.0.1:{ports[0]}{check.url}")
        if check.url.startswith("/")
        else check
        for check in judged.checks
    )
    return msgspec.structs.replace(judged, checks=tuple(whole))


async def _own(host: Host, project: Project, release: str) -> Sequence[Container]:
    pins = await pins_of(host, project.app_path, release)
    return of(await containers(host, project.name), pins.served) if pins else ()


def complaint(own: Iterable[Container]) -> str:
    """The first container that is not as it should be."""
    for one in own:
        if one.health == "unhealthy":
            return f"the container of {one.service} is unhealthy, says its own health check"
        if not (one.running or one.finished):
            return f"the container of {one.service} is {one.status} (exit code {one.exit_code})"
    starting = [one.service for one in own if one.running and one.health == "starting"]
    return f"the container of {starting[0]} still starts, says its own health check" if starting else ""


async def _beside(host: Host, running: Iterable[Container]) -> list[int]:
    """The processes that listen for themselves, because their container has the host's own network."""
    trees = [await host.process_tree(one.pid) for one in running if one.network_mode == "host"]
    return [pid for tree in trees for pid in tree]


async def _listeners(host: Host, running: Sequence[Container], port: int) -> tuple[Listener, ...]:
    """Who listens on a port; Docker's own stand for the container that they serve.

    Where nobody can be seen, because the daemon is another user's or its proxy is off, Docker's word counts: it
    gives a port of the host to one container only.
    """
    found = await host.listeners(port)
    publisher = next((one for one in running if one.publishes(port)), None)
    if publisher is None:
        return tuple(found)
    ours = Listener(pid=publisher.pid, started=publisher.started_at, command=publisher.service)
    strangers = [who for who in found if who.pid != NOBODY_KNOWS and not gives(who, running)]
    return (ours, *strangers)
