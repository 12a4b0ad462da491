"""Making bare machines ready for an environment. What is there already is left as it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import StrEnum
from typing import Final, TypeVar

import msgspec

from fraisier.config.environment import Environment
from fraisier.engine.hosts import Hosts
from fraisier.engine.journal import Claim, in_thread
from fraisier.engine.side_by_side import side_by_side
from fraisier.errors import StepFailed
from fraisier.hosts.effect import effect
from fraisier.hosts.fenced import FencedHost
from fraisier.hosts.provision import provisions
from fraisier.model.command import command
from fraisier.model.host import Host
from fraisier.model.place import Place
from fraisier.observer.grounds import Grounds
from fraisier.providers.places import way

H = TypeVar("H", bound=Host)
FENCE: Final = (
    "/var/lib/fraisier-bootstrap"  # nothing of it may lie in app_path, which is somebody else's then
)


class Brought(StrEnum):
    """What was done about one provision."""

    THERE = "already there"
    DONE = "done"
    WOULD = "to do"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One provision on one host. `command` is what was run, or would be; empty where nothing is to be done."""

    host: str
    title: str
    brought: Brought
    command: str = ""


async def bootstrap(
    grounds: Grounds, environment: Environment, login: str, told: Callable[[Line], None], *, dry_run: bool
) -> None:
    """Bring everything to every host of the environment, as `login`, all hosts at the same time.

    Raises `Unreachable`, `FenceRefused` when two bootstraps meet, and `CommandFailed` for what did not work.
    """
    await in_thread(grounds.database.call, "fn_return_orphans")  # units carry the id of an installation
    places = _places(grounds, environment, login)
    if dry_run:
        async with grounds.readers(places) as hosts:
            await _all(hosts, environment, grounds.installation_id, told, dry_run=True)
        return
    claim = Claim(identity=environment.identity, lane=0, token=time.time_ns() // 1_000_000)
    async with grounds.hosts(places, claim) as fenced:
        await _require_root(fenced)
        await _all(fenced, environment, grounds.installation_id, told, dry_run=False)


def _places(grounds: Grounds, environment: Environment, login: str) -> list[Place]:
    folder = f"{FENCE}/{grounds.installation_id}-{environment.identity.slug}"
    as_login = msgspec.structs.replace(environment, ssh_user=login)
    hosts = [Place(name=host, ssh=way(as_login, host), folder=folder) for host in environment.hosts]
    return hosts or [Place(folder=folder)]


async def _require_root(hosts: Hosts[FencedHost]) -> None:
    for host in hosts.answering.values():
        who = await host.look(command("id", "-u", deadline=20))
        if who.output.strip() != "0":
            raise StepFailed(
                f"Only root can make {host.name} ready.",
                hint="fraisier bootstrap … --as root, or as root there.",
            )


async def _all(
    hosts: Hosts[H],
    environment: Environment,
    installation_id: str,
    told: Callable[[Line], None],
    *,
    dry_run: bool,
) -> None:
    await side_by_side(
        [
            _bring(host, environment, installation_id, told, dry_run=dry_run)
            for host in hosts.answering.values()
        ]
    )


async def _bring(
    host: Host, environment: Environment, installation_id: str, told: Callable[[Line], None], *, dry_run: bool
) -> None:
    for wanted in provisions(environment, installation_id):
        brought, shown = Brought.THERE, ""
        if not (await host.look(wanted.there)).ok:
            brought, shown = (Brought.WOULD if dry_run else Brought.DONE), wanted.shown
            if not dry_run:
                await effect(host, wanted.bring, f"Seeing to it that {wanted.title} (`{wanted.shown}`)")
        told(Line(host=host.name, title=wanted.title, brought=brought, command=shown))
