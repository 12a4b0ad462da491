"""What keeps a service running on a host: systemd where it runs, else supervisor. One small interface."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from fraisier.errors import ConfigurationError
from fraisier.hosts.service_ref import Manager, ServiceRef, service_ref
from fraisier.model.command import Command
from fraisier.model.host import Host

__all__ = ["Manager", "ServiceManager", "ServiceRef", "detect", "service_manager", "service_ref"]


class ServiceManager(Protocol):
    """All effects are safe to repeat, and raise `StepFailed` with what happened and what to do next."""

    async def render(
        self,
        host: Host,
        ref: ServiceRef,
        *,
        release_path: str,
        env_path: str,
        argv: Sequence[str],
        description: str,
    ) -> str:
        """The unit for one release on that host: all of it, without the values of its environment. Only looks."""
        ...

    async def installed(self, host: Host, ref: ServiceRef) -> str | None:
        """The unit that is live now; None where there is none."""
        ...

    async def install(self, host: Host, ref: ServiceRef, source: str) -> None:
        """Make the prepared unit file `source` the live one. The running process is not touched."""
        ...

    async def remove(self, host: Host, ref: ServiceRef) -> None:
        """Take the stopped service out of its manager, and what was started only for it."""
        ...

    async def stop(self, host: Host, ref: ServiceRef) -> None: ...

    async def start(self, host: Host, ref: ServiceRef) -> None: ...

    async def restart(self, host: Host, ref: ServiceRef) -> None:
        """Stop, wait until the old processes are gone and the port is free, start."""
        ...

    async def processes(self, host: Host, ref: ServiceRef) -> list[int]:
        """The living processes of the service, the main one first; empty when it does not run."""
        ...

    async def logs(self, host: Host, ref: ServiceRef, lines: int) -> str:
        """The last lines that the service wrote."""
        ...

    async def following(self, host: Host, ref: ServiceRef, lines: int) -> Command:
        """What prints the last lines that the service wrote, and goes on with those that it writes."""
        ...


def service_manager(name: str) -> ServiceManager:
    """The manager of that name. Raises `ConfigurationError` for a name that is none."""
    if name == "systemd":
        from fraisier.hosts.systemd import Systemd  # noqa: PLC0415 - a host has one of the two

        return Systemd()
    if name == "supervisor":
        from fraisier.hosts.supervisor import Supervisor  # noqa: PLC0415

        return Supervisor()
    raise ConfigurationError(f"No service manager is called {name!r}.", hint="Known: systemd, supervisor.")


async def detect(host: Host) -> Manager:
    """Which one runs services there: systemd if it is the init (sd_booted(3)), else supervisor."""
    return "supervisor" if await host.list_folder("/run/systemd/system") is None else "systemd"
