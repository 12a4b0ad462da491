"""Which release a host really runs: the live unit, the link, and the processes must all say the same."""

from __future__ import annotations

from fraisier.hosts import files, layout
from fraisier.hosts.effect import effect
from fraisier.hosts.launch import start_in
from fraisier.hosts.service_manager import service_manager
from fraisier.hosts.service_ref import ServiceRef
from fraisier.model.host import Host
from fraisier.model.step import Seen


async def seen_live(host: Host, app_path: str, name: str, service: ServiceRef | None) -> Seen:
    """Whether release `name` is the live one in every respect.

    `CANNOT_TELL`: all that can be seen fits, but no process works in a release folder.
    """
    if layout.name_in(await host.read_link(layout.current_path(app_path))) != name:
        return Seen.NOT_DONE
    if service is None:
        return Seen.DONE
    if not await _unit_is_live(host, app_path, name, service):
        return Seen.NOT_DONE
    if layout.tree_of(app_path) is not None:
        return await _seen_started(host, app_path, name, service)
    releases = await layout.physical_releases(host, app_path)
    folders = await working_folders(host, service)
    return judged([layout.release_of(folder, releases) for folder in folders], name)


async def remember_started(host: Host, app_path: str, name: str, service: ServiceRef) -> None:
    """Write down which process was started for a release: in one tree, its working folder does not tell."""
    processes = await service_manager(service.manager).processes(host, service)
    for main in processes[:1]:
        started = start_in(await host.read_text(f"/proc/{main}/stat"))
        line = files.write(layout.started_path(app_path), f"{name} {main} {started}\n")
        await effect(host, line, f"Writing down the process of {service.name}")


async def _seen_started(host: Host, app_path: str, name: str, service: ServiceRef) -> Seen:
    words = (await host.read_text(layout.started_path(app_path)) or "").split()
    if len(words) != 3 or words[0] != name:  # noqa: PLR2004 - release, process, its start
        return Seen.NOT_DONE
    processes = await service_manager(service.manager).processes(host, service)
    stat = await host.read_text(f"/proc/{words[1]}/stat")
    lives = int(words[1]) in processes and start_in(stat) == words[2]
    return Seen.DONE if lives else Seen.NOT_DONE


async def working_folders(host: Host, service: ServiceRef) -> list[str | None]:
    """Where each process of the service works; None for one that may not be asked."""
    processes = await service_manager(service.manager).processes(host, service)
    return [await host.read_link(f"/proc/{pid}/cwd") for pid in processes]


def judged(works_in: list[str | None], name: str) -> Seen:
    """What the releases that the processes of a service work in (None: elsewhere) say about the one that runs."""
    releases = set(works_in) - {None}
    if not works_in or releases - {name}:
        return Seen.NOT_DONE
    return Seen.DONE if releases else Seen.CANNOT_TELL


async def _unit_is_live(host: Host, app_path: str, name: str, service: ServiceRef) -> bool:
    wanted = await host.read_text(layout.unit_path(app_path, name))
    return wanted is not None and wanted == await service_manager(service.manager).installed(host, service)
