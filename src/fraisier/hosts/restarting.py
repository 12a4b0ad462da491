"""Restarting so that nothing of the old version can be taken for the new one."""

from __future__ import annotations

from typing import Final, Protocol

from fraisier.errors import StepFailed
from fraisier.hosts.effect import last_lines
from fraisier.hosts.service_ref import ServiceRef
from fraisier.hosts.waiting import until
from fraisier.model.host import Host, Listener

GONE_WITHIN: Final = 10.0  # seconds, after the manager has said that the service is stopped
FREE_WITHIN: Final = 5.0


class Restartable(Protocol):
    async def stop(self, host: Host, ref: ServiceRef) -> None: ...

    async def start(self, host: Host, ref: ServiceRef) -> None: ...

    async def processes(self, host: Host, ref: ServiceRef) -> list[int]: ...

    async def logs(self, host: Host, ref: ServiceRef, lines: int) -> str: ...


async def restart(manager: Restartable, host: Host, ref: ServiceRef) -> None:
    """Stop, see the old processes gone and the port free, start, see a process.

    Raises `StepFailed` before anything is stopped when a process of somebody else holds the port.
    """
    await refuse_strangers(manager, host, ref)
    await manager.stop(host, ref)
    await _see_gone(manager, host, ref)
    await _see_port_free(host, ref)
    await manager.start(host, ref)
    if not await manager.processes(host, ref):
        raise not_started(host, ref, "It ended at once.", await manager.logs(host, ref, 20))


async def refuse_strangers(manager: Restartable, host: Host, ref: ServiceRef) -> None:
    """Raises `StepFailed` when the port belongs to a process that is not of this service."""
    holders = await host.listeners(ref.port) if ref.port else []
    own = await manager.processes(host, ref) if holders else []
    if strangers := [holder for holder in holders if holder.pid not in own]:
        raise _held(host, ref, strangers)


def not_started(host: Host, ref: ServiceRef, said: str, logs: str) -> StepFailed:
    """The error for a service that could not be started: what its manager `said`, and its own last lines."""
    lines = "\n".join(filter(None, (last_lines(said), last_lines(logs))))
    return StepFailed(
        f"The service {ref.name} did not start on {host.name}." + (f"\n{lines}" if lines else ""),
        hint="Try its command by hand in the release folder; the lines above are its last output.",
    )


async def _see_gone(manager: Restartable, host: Host, ref: ServiceRef) -> None:
    left = await until(lambda: manager.processes(host, ref), lambda pids: not pids, within=GONE_WITHIN)
    if left:
        raise StepFailed(
            f"The service {ref.name} was stopped on {host.name}, but these processes still live: "
            + ", ".join(map(str, left)),
            hint=f"See what holds them (ps -fp {left[0]}), end them, and deploy again.",
        )


async def _see_port_free(host: Host, ref: ServiceRef) -> None:
    port = ref.port
    if port is None:
        return
    holders = await until(lambda: host.listeners(port), lambda found: not found, within=FREE_WITHIN)
    if holders:
        raise _held(host, ref, holders)


def _held(host: Host, ref: ServiceRef, holders: list[Listener]) -> StepFailed:
    who = holders[0]
    return StepFailed(
        f"Port {ref.port} on {host.name} is held by pid {who.pid} ({who.command}), "
        f"which does not belong to the service {ref.name}.",
        hint=f"Stop it (kill {who.pid}) or give the service another port, and deploy again. A service that puts "
        "itself into the background escapes its manager: run it in the foreground.",
        pid=who.pid,
    )
