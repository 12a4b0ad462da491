"""Which systemd is meant on a host, and the commands that change it: the system's for root, or for who may become root
by sudo; the user's own for everybody else. Pure, but for one look.
"""

from __future__ import annotations

import posixpath
from typing import Final

import msgspec

from fraisier.hosts import files
from fraisier.hosts.effect import failed
from fraisier.hosts.service_ref import ServiceRef
from fraisier.model.command import Command, command
from fraisier.model.host import Host

_WHO: Final = 'printf "%s\\n%s\\n%s\\n" "$(id -u)" "$(id -un)" "$HOME"'
SYSTEM: Final = "/etc/systemd/system"
SETTLING: Final = 30.0
DROP_IN: Final = ".d/50-fraisier.conf"
LOOKS: Final = frozenset(("show", "is-active"))
SUDO: Final = ("sudo", "-n", "--")
ABSOLUTE: Final = {name: f"/usr/bin/{name}" for name in ("install", "rm", "rmdir", "systemctl")}


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """`flags` for systemd's tools, variables they need, and the folder its units lie in. `sudo`: everything that
    changes something is done by root, whom `login` may become.
    """

    flags: tuple[str, ...]
    env: dict[str, str]
    folder: str
    login: str = "root"
    sudo: bool = False

    @property
    def is_system(self) -> bool:
        return "--system" in self.flags

    def unit_file(self, ref: ServiceRef) -> str:
        """What is ours: the unit, or the drop-in of one that is the user's."""
        return f"{self.folder}/{unit(ref)}" + (DROP_IN if ref.own_unit else "")

    def systemctl(self, verb: str, *words: str, deadline: float = SETTLING) -> Command:
        by = SUDO if self.sudo and verb not in LOOKS else ()
        argv = ("systemctl", *self.flags, "--no-ask-password", verb, *words)
        return command(*by, *argv, env=self.env, deadline=deadline)

    def install(self, path: str, text: str) -> Command:
        """Make the file hold exactly `text`, by sudo(8), which is allowed this one file: nothing is renamed over it."""
        return command(*SUDO, "install", "-D", "-m", "644", "/dev/stdin", path, stdin=text)

    def take_away(self, ref: ServiceRef) -> list[Command]:
        """Remove the unit's file, and the folder of a drop-in when it is empty then."""
        path = self.unit_file(ref)
        folder = posixpath.dirname(path)
        if not self.sudo:
            return [files.remove(path), *([files.remove_empty(folder)] if ref.own_unit else [])]
        gone = [("rm", "-f", "--", path)]
        gone += [("rmdir", "--ignore-fail-on-non-empty", "--", folder)] if ref.own_unit else []
        return [command(*SUDO, *argv) for argv in gone]


def scope_of(uid: int, home: str, *, login: str = "root", become: bool = False) -> Scope:
    if uid == 0:
        return Scope(flags=("--system",), env={}, folder=SYSTEM)
    if become:
        return Scope(flags=("--system",), env={}, folder=SYSTEM, login=login, sudo=True)
    env = {"XDG_RUNTIME_DIR": f"/run/user/{uid}"}
    return Scope(flags=("--user",), env=env, folder=f"{home}/.config/systemd/user", login=login)


async def scope_on(host: Host, *, become: bool = False) -> Scope:
    """That of whoever we are there. `become`: who is not root may become root by sudo."""
    who = files.script(_WHO, deadline=10)
    result = await host.look(who)
    uid, _, rest = result.output.partition("\n")
    login, _, home = rest.partition("\n")
    if not uid.isdecimal():
        raise failed(host, who, result, "Asking who we are")
    return scope_of(int(uid), home.strip(), login=login.strip(), become=become)


def unit(ref: ServiceRef) -> str:
    return ref.name if ref.name.endswith(".service") else f"{ref.name}.service"


def by_root(ref: ServiceRef) -> list[tuple[str, ...]]:
    """Exactly what root does for this service where `login` may become root: what sudoers(5) has to allow."""
    scope = scope_of(1, "", become=True)
    verbs = ["start", "stop", "reset-failed"] + ([] if ref.own_unit else ["enable", "disable"])
    changes = [
        scope.install(scope.unit_file(ref), ""),
        *scope.take_away(ref),
        scope.systemctl("daemon-reload"),
        *(scope.systemctl(verb, "--", unit(ref)) for verb in verbs),
    ]
    words = [change.argv[len(SUDO) :] for change in changes]
    return [(ABSOLUTE[program], *rest) for program, *rest in words]
