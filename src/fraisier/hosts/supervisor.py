"""supervisor as the manager of a service, where there is no systemd: one supervisord for each lane.

It has its own session, its own socket in a short private folder, and outlives whoever started it. Where systemd
runs, root's is in a scope of its own too; anybody else's ends with the unit of `fraisier serve` that started it,
unless that unit says KillMode=process. Nothing starts it again after a reboot but `fraisier serve`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final

from fraisier.hosts import files, layout, restarting, supervisor_names, supervisor_unit
from fraisier.hosts.effect import effect
from fraisier.hosts.service_ref import FOLLOWING, ServiceRef
from fraisier.model.command import Command, command
from fraisier.model.host import Host

MODULE: Final = "fraisier.hosts.supervisor_call"
SETTLING: Final = 60.0  # seconds on top of the stop timeout, which may be needed twice
_LAST: Final = '[ ! -e "$2" ] || exec tail -n "$1" -- "$2"'
_FOLLOW: Final = 'exec tail -n "$1" -F -- "$2" 2>/dev/null'


class Supervisor:
    """`ServiceManager` over supervisord's XML-RPC."""

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
        del host, description  # supervisor is the same everywhere, and has no place for a sentence
        return supervisor_unit.render(ref, release_path=release_path, env_path=env_path, argv=argv)

    async def installed(self, host: Host, ref: ServiceRef) -> str | None:
        return await host.read_text(_file(ref, supervisor_names.CONF))

    async def install(self, host: Host, ref: ServiceRef, source: str) -> None:
        doing = f"Installing the unit of {ref.name}"
        await effect(host, files.make_folder(layout.private_folder(ref.app_path)), doing)
        await effect(host, files.copy(source, _file(ref, supervisor_names.CONF), mode=0o600), doing)

    async def remove(self, host: Host, ref: ServiceRef) -> None:
        await effect(host, _call("remove", ref), f"Removing the service {ref.name}")

    async def stop(self, host: Host, ref: ServiceRef) -> None:
        if await host.read_text(_file(ref, supervisor_names.SUPERVISORD_RECORD)) is None:
            return
        await effect(host, _call("stop", ref), f"Stopping the service {ref.name}")

    async def start(self, host: Host, ref: ServiceRef) -> None:
        result = await host.run(_call("start", ref))
        if not result.ok:
            raise restarting.not_started(host, ref, result.output, await self.logs(host, ref, 20))

    async def restart(self, host: Host, ref: ServiceRef) -> None:
        await restarting.restart(self, host, ref)

    async def processes(self, host: Host, ref: ServiceRef) -> list[int]:
        """Below supervisord, and below the service's own record in case its supervisord was killed."""
        records = (supervisor_names.SERVICE_RECORD, supervisor_names.SUPERVISORD_RECORD)
        service, supervisord = await host.recorded(*(_file(ref, name) for name in records))
        return list(dict.fromkeys([*service, *supervisord[1:]]))

    async def logs(self, host: Host, ref: ServiceRef, lines: int) -> str:
        log = _file(ref, supervisor_names.LOG)
        return (await host.look(files.script(_LAST, str(lines), log, deadline=10))).output

    async def following(self, host: Host, ref: ServiceRef, lines: int) -> Command:
        """By name: supervisor rotates the file. What tail(1) says about that is not the service's."""
        del host
        return files.script(_FOLLOW, str(lines), _file(ref, supervisor_names.LOG), deadline=FOLLOWING)


def _call(operation: str, ref: ServiceRef) -> Command:
    folder = layout.private_folder(ref.app_path)
    return command(
        sys.executable, *supervisor_names.PYTHON_FLAGS, "-m", MODULE, operation, folder, ref.name, f"{ref.stop_timeout:g}",
        deadline=2 * ref.stop_timeout + SETTLING,
    )  # fmt: skip


def _file(ref: ServiceRef, name: str) -> str:
    return f"{layout.private_folder(ref.app_path)}/{name}"
