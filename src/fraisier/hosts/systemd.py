"""systemd as the manager of a service: the system's for root and who becomes root, else the user's own.

A unit of the user (`own_unit`) is stopped and started, and never written: what a release brings for it, its environment,
stands in a drop-in file beside it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from typing import Final

import msgspec

from fraisier.errors import StepFailed
from fraisier.hosts import files, restarting, systemd_unit
from fraisier.hosts.effect import effect, failed
from fraisier.hosts.service_ref import FOLLOWING, ServiceRef
from fraisier.hosts.systemd_scope import SETTLING, Scope, scope_on, unit
from fraisier.model.command import Command, command
from fraisier.model.host import Host

_WHO: Final = 'printf "%s\\n%s\\n" "$(id -u)" "$HOME"'
_LINGERING: Final = 'loginctl show-user --property=Linger --value -- "$(id -u)"'
_CGROUPS: Final = ("/sys/fs/cgroup", "/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified")
NO_SUCH_UNIT: Final = 5  # how systemctl ends for one that is not loaded and cannot be


class Systemd:
    """`ServiceManager` over systemctl(1)."""

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
        if ref.own_unit:
            return systemd_unit.drop_in(env_path)
        scope = await scope_on(host, become=ref.become)
        return systemd_unit.render(
            msgspec.structs.replace(ref, user=scope.login) if scope.sudo else ref,
            release_path=release_path,
            env_path=env_path,
            argv=argv,
            description=description,
            system=scope.is_system,
        )

    async def installed(self, host: Host, ref: ServiceRef) -> str | None:
        return await host.read_text((await scope_on(host, become=ref.become)).unit_file(ref))

    async def install(self, host: Host, ref: ServiceRef, source: str) -> None:
        scope = await scope_on(host, become=ref.become)
        if not ref.own_unit:
            await refuse_to_end_at_logout(host, scope, f"The service {ref.name}")
        doing, path = f"Installing the unit {unit(ref)}", scope.unit_file(ref)
        if scope.sudo:
            put = scope.install(path, await host.read_text(source) or "")
        else:
            await effect(host, files.make_folder(posixpath.dirname(path)), doing)
            put = files.copy(source, path)
        await effect(host, put, doing, hint=_allow(scope))
        await effect(host, scope.systemctl("daemon-reload"), doing, hint=_allow(scope))
        if not ref.own_unit:
            await effect(host, scope.systemctl("enable", "--", unit(ref)), doing, hint=_allow(scope))

    async def remove(self, host: Host, ref: ServiceRef) -> None:
        scope = await scope_on(host, become=ref.become)
        if await host.read_text(scope.unit_file(ref)) is None:
            return
        doing = f"Removing the unit {unit(ref)}"
        if not ref.own_unit:
            await effect(host, scope.systemctl("disable", "--", unit(ref)), doing)
        for gone in scope.take_away(ref):
            await effect(host, gone, doing)
        await effect(host, scope.systemctl("daemon-reload"), doing)
        if not ref.own_unit:
            await host.run(scope.systemctl("reset-failed", "--", unit(ref)))  # else it stays listed as failed

    async def stop(self, host: Host, ref: ServiceRef) -> None:
        scope = await scope_on(host, become=ref.become)
        if scope.sudo and not ref.own_unit and await self.installed(host, ref) is None:
            return  # what sudo may not do either would look like a service that cannot be stopped
        deadline = ref.stop_timeout + SETTLING
        stop = scope.systemctl("stop", "--", unit(ref), deadline=deadline)
        result = await host.run(stop)
        if not result.ok and result.exit_code != NO_SUCH_UNIT:
            raise failed(host, stop, result, f"Stopping {unit(ref)}", hint=_inspect(scope, ref))

    async def start(self, host: Host, ref: ServiceRef) -> None:
        """A unit that died too often must be forgiven first, or the good old release would not start either."""
        scope = await scope_on(host, become=ref.become)
        await host.run(scope.systemctl("reset-failed", "--", unit(ref)))
        start = scope.systemctl("start", "--", unit(ref), deadline=SETTLING * 3)
        result = await host.run(start)
        if result.exit_code == NO_SUCH_UNIT:
            raise failed(host, start, result, f"Starting {unit(ref)}", hint=_absent(scope, ref))
        if not result.ok:
            raise restarting.not_started(host, ref, result.output, await self.logs(host, ref, 20))

    async def restart(self, host: Host, ref: ServiceRef) -> None:
        await restarting.restart(self, host, ref)

    async def processes(self, host: Host, ref: ServiceRef) -> list[int]:
        scope = await scope_on(host, become=ref.become)
        show = scope.systemctl("show", "--property=MainPID,ControlGroup", "--", unit(ref), deadline=10)
        shown = await host.look(show)
        if not shown.ok:  # no answer is not the answer that nothing runs
            raise failed(host, show, shown, f"Asking for the processes of {unit(ref)}")
        main, group = parse_show(shown.output)
        tree = await host.process_tree(main) if main else []
        return list(dict.fromkeys([*tree, *(await _members(host, group) if group else [])]))

    async def logs(self, host: Host, ref: ServiceRef, lines: int) -> str:
        return (await host.look(_journal(await scope_on(host, become=ref.become), ref, lines))).output

    async def following(self, host: Host, ref: ServiceRef, lines: int) -> Command:
        return _journal(await scope_on(host, become=ref.become), ref, lines, "--follow", deadline=FOLLOWING)


def _journal(scope: Scope, ref: ServiceRef, lines: int, *more: str, deadline: float = 10) -> Command:
    flags = () if scope.is_system else scope.flags
    return command(
        "journalctl", *flags, "--no-pager", "-q", "-o", "cat", "-n", str(lines), *more, "-u", unit(ref),
        env=scope.env, deadline=deadline,
    )  # fmt: skip


def parse_show(text: str) -> tuple[int, str]:
    """The main pid (0: none) and the control group (empty: none) in what `systemctl show` prints."""
    shown = dict(line.partition("=")[::2] for line in text.splitlines())
    main = shown.get("MainPID", "")
    return int(main) if main.isdecimal() else 0, shown.get("ControlGroup", "")


async def refuse_to_end_at_logout(host: Host, scope: Scope, what: str) -> None:
    """The services of a user who does not linger end with the last session: loginctl(1), enable-linger."""
    if scope.is_system:
        return
    lingers = await host.look(files.script(_LINGERING, deadline=10))
    if lingers.output.strip() != "yes":
        raise StepFailed(
            f"{what} would end on {host.name} as soon as its user logs out.",
            hint="Let the user's services run without a login: `sudo loginctl enable-linger USER`, and deploy again.",
        )


async def _members(host: Host, group: str) -> list[int]:
    for root in _CGROUPS:
        text = await host.read_text(f"{root}{group}/cgroup.procs")
        if text is not None:
            return [int(pid) for pid in text.split()]
    return []


def _allow(scope: Scope) -> str:
    return f"`fraisier bootstrap` lets {scope.login} do this by sudo." if scope.sudo else ""


def _absent(scope: Scope, ref: ServiceRef) -> str:
    look = " ".join(["systemctl", *scope.flags, "cat", unit(ref)])
    return f"The unit is yours to write: put it there, see that `{look}` shows it, and deploy again."


def _inspect(scope: Scope, ref: ServiceRef) -> str:
    return " ".join(["systemctl", *scope.flags, "status", unit(ref)]) + " says more."
