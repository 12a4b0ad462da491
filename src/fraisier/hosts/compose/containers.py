"""The containers of a project as they are now, and whether they are those of a release."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from fraisier.errors import Unreachable
from fraisier.hosts.compose import commands
from fraisier.hosts.compose.override import Pins
from fraisier.hosts.compose.project import RELEASE_LABEL
from fraisier.hosts.effect import last_lines
from fraisier.model.host import Host, Listener

ANY_ADDRESS: Final = ("", "0.0.0.0", "::")  # noqa: S104 - what is compared, nothing is bound


class Container(msgspec.Struct, frozen=True, kw_only=True):
    """As `docker container inspect` tells. `pid` is that of its first process, 0 when it does not run."""

    id: str
    image: str
    pid: int
    status: str
    exit_code: int = 0
    started_at: str = ""
    health: str | None = None
    restart: str = ""
    network_mode: str = ""
    labels: dict[str, str] = msgspec.field(default_factory=dict)
    ports: dict[str, list[dict[str, str]] | None] = msgspec.field(default_factory=dict)
    addresses: tuple[str, ...] = ()
    mounts: tuple[str, ...] = ()

    @property
    def service(self) -> str:
        return self.labels.get("com.docker.compose.service", "")

    @property
    def release(self) -> str:
        return self.labels.get(RELEASE_LABEL, "")

    @property
    def once(self) -> bool:
        """Whether `docker compose run` made it, for one command."""
        return self.labels.get("com.docker.compose.oneoff") == "True"

    @property
    def running(self) -> bool:
        return self.status == "running"

    @property
    def finished(self) -> bool:
        """Came to its end as it was meant to."""
        return self.status == "exited" and self.exit_code == 0 and self.restart in {"", "no"}

    def publishes(self, port: int) -> bool:
        """Whether Docker gives it what arrives at this port of the host's own addresses."""
        places = [place for several in self.ports.values() for place in several or ()]
        return any(
            place.get("HostPort") == str(port)
            and (place.get("HostIp", "") in ANY_ADDRESS or place["HostIp"].startswith(("127.", "::1")))
            for place in places
        )


async def containers(host: Host, project: str) -> tuple[Container, ...]:
    """All of them, whatever became of them. Raises `Unreachable` when Docker does not answer."""
    found = await host.look(commands.containers(project))
    if not found.ok:
        raise Unreachable(
            f"Docker on {host.name} does not answer: {last_lines(found.output, 1)}",
            hint="fraisier provider-test docker_compose",
        )
    lines = (
        line.removeprefix(commands.MARK)
        for line in found.output.splitlines()
        if line.startswith(commands.MARK)
    )
    return tuple(msgspec.json.decode(line, type=Container) for line in lines)


def of(everything: Iterable[Container], services: Iterable[str]) -> tuple[Container, ...]:
    """Those of some services, in that order; not what runs in them once."""
    found = [one for one in everything if not one.once]
    return tuple(one for service in services for one in found if one.service == service)


def lives(everything: Iterable[Container], release: str, pins: Pins) -> bool:
    """Whether the release's own services run it, from its own images, and nothing else; and what its jobs depend on."""
    found = of(everything, pins.served)
    settled = all(
        (one.service not in pins.own or _is_of(one, release, pins)) and (one.running or one.finished)
        for one in found
    )
    there = {one.service for one in found}
    expected = set(pins.served)
    return settled and expected <= there and (bool(pins.jobs) or any(one.running for one in found))


def _is_of(one: Container, release: str, pins: Pins) -> bool:
    return one.release == release and one.image == pins.images.get(one.service)


def strays(everything: Iterable[Container], release: str, pins: Pins) -> list[str]:
    """Containers of another release that an interrupted change left beside those of this one."""
    return [one.id for one in of(everything, pins.own) if one.release != release]


def gives(listener: Listener, found: Iterable[Container]) -> bool:
    """Whether a process that listens on a port is Docker's, for one of these containers. See docker-proxy."""
    words = listener.command.split()
    if not words or not words[0].endswith("docker-proxy"):
        return False
    named: Mapping[str, str] = dict(zip(words[1::2], words[2::2], strict=False))
    return any(named.get("-container-ip") in one.addresses for one in found)
