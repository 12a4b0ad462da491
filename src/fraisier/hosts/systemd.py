"""systemd as the manager of a service: the system's for root, the user's own for everybody else.

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
from fraisier.model.command import Command, command
from fraisier.model.host import Host

_WHO: Final = 'printf "%s\\n%s\\n" "$(id -u)" "$HOME"'
_LINGERING: Final = 'loginctl show-user --property=Linger --value -- "$(id -u)"'
_CGROUPS: Final = ("/sys/fs/cgroup", "/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified")
SETTLING: Final = 30.0
DROP_IN: Final = ".d/50-fraisier.conf"
NO_SUCH_UNIT: Final = 5  # how systemctl ends for one that is not loaded and cannot be


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """Which systemd is meant: flags for its tools, variables they need, and the folder its units lie in."""

    flags: tuple[str, ...]
    env: dict[str, str]
    folder: str

    @property
    def is_system(self) -> bool:
        return "--system" in self.flags

    def unit_file(self, ref: ServiceRef) -> str:
        """What is ours: the unit, or the drop-in of one that is the user's."""
        return f"{self.folder}/{unit(ref)}" + (DROP_IN if ref.own_unit else "")

    def systemctl(self, verb: str, *words: str, deadline: float = SETTLING) -> Command:
        return command(
            "systemctl", *self.flags, "--no-ask-password", verb, *words, env=self.env, deadline=deadline
        )


def scope_of(uid: int, home: str) -> Scope:
    if uid == 0:
        return Scope(flags=("--system",), env={}, folder="/etc/systemd/system")
    env = {"XDG_RUNTIME_DIR": f"/run/user/{uid}"}
    return Scope(flags=("--user",), env=env, folder=f"{home}/.config/systemd/user")


def unit(ref: ServiceRef) -> str:
    return ref.name if ref.name.endswith(".service") else f"{ref.name}.service"


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
        system = (await scope_on(host)).is_system
        return systemd_unit.render(
            ref,
            release_path=release_path,
            env_path=env_path,
            argv=argv,
            description=description,
            system=system,
        )

    async def installed(self, host: Host, ref: ServiceRef) -> str | None:
        return await host.read_text((await scope_on(host)).unit_file(ref))

    async def install(self, host: Host, ref: ServiceRef, source: str) -> None:
        scope = await scope_on(host)
        if not ref.own_unit:
            await refuse_to_end_at_logout(host, scope, f"The service {ref.name}")
        doing = f"Installing the unit {unit(ref)}"
        await effect(host, files.make_folder(posixpath.dirname(scope.unit_file(ref))), doing)
        await effect(host, files.copy(source, scope.unit_file(ref)), doing)
        await effect(host, scope.systemctl("daemon-reload"), doing)
        if not ref.own_unit:
            await effect(host, scope.systemctl("enable", "--", unit(ref)), doing)

    async def remove(self, host: Host, ref: ServiceRef) -> None:
        scope = await scope_on(host)
        if await host.read_text(scope.unit_file(ref)) is None:
            return
        doing = f"Removing the unit {unit(ref)}"
        if ref.own_unit:
            await effect(host, files.remove(scope.unit_file(ref)), doing)
            await effect(host, files.remove_empty(posixpath.dirname(scope.unit_file(ref))), doing)
            await effect(host, scope.systemctl("daemon-reload"), doing)
            return
        await effect(host, scope.systemctl("disable", "--", unit(ref)), doing)
        await effect(host, files.remove(scope.unit_file(ref)), doing)
        await effect(host, scope.systemctl("daemon-reload"), doing)
        await host.run(scope.systemctl("reset-failed", "--", unit(ref)))  # else it stays listed as failed

    async def stop(self, host: Host, ref: ServiceRef) -> None:
        scope = await scope_on(host)
        deadline = ref.stop_timeout + SETTLING
        stop = scope.systemctl("stop", "--", unit(ref), deadline=deadline)
        result = await host.run(stop)
        if not result.ok and result.exit_code != NO_SUCH_UNIT:
            raise failed(host, stop, result, f"Stopping {unit(ref)}", hint=_inspect(scope, ref))

    async def start(self, host: Host, ref: ServiceRef) -> None:
        """A unit that died too often must be forgiven first, or the good old release would not start either."""
        scope = await scope_on(host)
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
        shown = await host.look(
            (await scope_on(host)).systemctl(
                "show", "--property=MainPID,ControlGroup", "--", unit(ref), deadline=10
            )
        )
        main, group = parse_show(shown.output)
        tree = await host.process_tree(main) if main else []
        return list(dict.fromkeys([*tree, *(await _members(host, group) if group else [])]))

    async def logs(self, host: Host, ref: ServiceRef, lines: int) -> str:
        return (await host.look(_journal(await scope_on(host), ref, lines))).output

    async def following(self, host: Host, ref: ServiceRef, lines: int) -> Command:
        return _journal(await scope_on(host), ref, lines, "--follow", deadline=FOLLOWING)


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


async def scope_on(host: Host) -> Scope:
    who = files.script(_WHO, deadline=10)
    result = await host.look(who)
    uid, _, home = result.output.partition("\n")
    if not uid.isdecimal():
        raise failed(host, who, result, "Asking who we are")
    return scope_of(int(uid), home.strip())


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


def _absent(scope: Scope, ref: ServiceRef) -> str:
    look = " ".join(["systemctl", *scope.flags, "cat", unit(ref)])
    return f"The unit is yours to write: put it there, see that `{look}` shows it, and deploy again."


def _inspect(scope: Scope, ref: ServiceRef) -> str:
    return " ".join(["systemctl", *scope.flags, "status", unit(ref)]) + " says more."
