"""Who answers? What is seen of a service's processes, and what is wrong with it. Judging is pure."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

import msgspec

from fraisier.hosts import layout
from fraisier.hosts.service_manager import service_manager
from fraisier.hosts.service_ref import ServiceRef
from fraisier.model.host import Host, Listener

NOBODY_KNOWS: Final = 0
"""The pid of a listener that belongs to another user, whose processes this one may not look into."""


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """One look at a service. `port` is the one that is asked.

    `mains` are the processes that must stay the same: its main one, or the first one of each container. `release` is
    the one that they run; None when that may not be seen. `complaint` is what the target itself says against it;
    `starting`: it does not say yet; `vouched`: it says that all is well.
    """

    processes: tuple[int, ...] = ()
    mains: tuple[int, ...] = ()
    listeners: tuple[Listener, ...] = ()
    port: int | None = None
    release: str | None = None
    complaint: str = ""
    starting: bool = False
    vouched: bool = False


async def look(host: Host, service: ServiceRef, *, port: int | None) -> Sight:
    """See the service now."""
    processes = tuple(await service_manager(service.manager).processes(host, service))
    return Sight(
        processes=processes,
        mains=processes[:1],
        listeners=tuple(await host.listeners(port)) if port else (),
        port=port,
        release=await _release(host, service, processes[0]) if processes else None,
    )


async def _release(host: Host, service: ServiceRef, pid: int) -> str | None:
    """A process that has just ended, or is another user's, may not be asked: that is no error."""
    link = await host.read_link(f"/proc/{pid}/cwd")
    if link is None:
        return None
    return layout.release_of(link, await layout.physical_releases(host, service.app_path))


def fault(sight: Sight, *, first: tuple[int, ...], release_path: str | None) -> str | None:
    """What speaks against this being the new version; None when nothing does.

    `first` are the main processes when the checks began: other ones now mean that one ended in between.
    """
    if not sight.mains:
        return sight.complaint or "the service has no living process"
    if first and (ended := [pid for pid in first if pid not in sight.mains]):
        now = ", ".join(str(pid) for pid in sight.mains if pid not in first) or "none"
        return f"the service's process {ended[0]} ended and was replaced by {now}: it does not stay up"
    if sight.complaint:
        return sight.complaint
    strangers = [who for who in sight.listeners if who.pid not in {NOBODY_KNOWS, *sight.processes}]
    if strangers:
        who = strangers[0]
        return f"port {sight.port} is answered by pid {who.pid} ({who.command}), not by the service"
    if release_path and sight.release not in {None, PurePosixPath(release_path).name}:
        return (
            f"process {sight.mains[0]} runs release {sight.release}, not {PurePosixPath(release_path).name}"
        )
    return None


def unknown(sight: Sight) -> str | None:
    """Why nobody can say that the answer comes from this service; None when it is certain."""
    if sight.port is None:
        return "no port of this machine is known for the service"
    if not sight.listeners or NOBODY_KNOWS in {who.pid for who in sight.listeners}:
        return f"who listens on port {sight.port} cannot be seen"
    return None
