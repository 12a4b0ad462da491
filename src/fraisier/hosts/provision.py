"""What a bare Debian or Ubuntu machine needs before an environment can be deployed to it. Pure.

Each provision is a pair of commands: one that looks whether it is there, one that root runs when it is not.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Final

import msgspec

from fraisier.config.environment import Environment
from fraisier.hosts import files
from fraisier.hosts.service_ref import ServiceRef, service_ref
from fraisier.hosts.systemd_scope import by_root
from fraisier.model.command import Command, command

ROOT: Final = "root"
_INSTALL: Final = """\
set -e
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
exec apt-get install -qq --yes --no-install-recommends -- "$@"
"""
_ADMITTED: Final = """\
home=$(getent passwd -- "$1" | cut -d: -f6)
[ -n "$home" ] && [ -f "$home/.ssh/authorized_keys" ] && [ -f ~/.ssh/authorized_keys ] || exit 1
! grep -vxFf "$home/.ssh/authorized_keys" ~/.ssh/authorized_keys | grep -q .
"""
_ADMIT: Final = """\
set -e
home=$(getent passwd -- "$1" | cut -d: -f6)
group=$(id -g -- "$1")
install -d -m 700 -o "$1" -g "$group" -- "$home/.ssh"
new="$home/.ssh/authorized_keys.new"
touch -- "$home/.ssh/authorized_keys"
sort -u -- "$home/.ssh/authorized_keys" ~/.ssh/authorized_keys > "$new"
chown -- "$1:$group" "$new"
chmod 600 -- "$new"
mv -fT -- "$new" "$home/.ssh/authorized_keys"
"""
_OWNED: Final = '[ -d "$2" ] && [ "$(stat -c %U -- "$2")" = "$1" ]'
_OWN: Final = 'exec install -d -m 755 -o "$1" -g "$(id -g -- "$1")" -- "$2"'
_MEMBER: Final = 'id -nG -- "$1" | tr " " "\\n" | grep -qxF -- "$2"'
_SAYS: Final = 'exec cmp -s -- - "$1"'
_RULE: Final = """\
set -e
umask 227
new="$1.new~"
cat > "$new"
visudo -cqf "$new"
mv -fT -- "$new" "$1"
"""
JOURNAL: Final = "systemd-journal"
_LINGERS: Final = '[ "$(loginctl show-user --property=Linger --value -- "$1" 2>/dev/null)" = yes ]'


class Provision(msgspec.Struct, frozen=True, kw_only=True):
    """`there` ends with 0 when nothing is to be done; `bring` does it, and may be repeated; `shown` says it shortly."""

    title: str
    shown: str
    there: Command
    bring: Command


def provisions(environment: Environment, installation_id: str) -> Iterator[Provision]:
    """In the order in which they are needed. Whoever logs in to deploy is `ssh_user`; root needs nothing made."""
    login = environment.ssh_user or ROOT
    yield Provision(
        title="git is installed",
        shown="apt-get install git",
        there=command("git", "--version", deadline=20),
        bring=files.script(_INSTALL, "git", deadline=900),
    )
    if login != ROOT:
        yield from _login(login)
        if environment.become is None:
            yield _lingering(login)
        else:
            yield from _rights(login, service_ref(environment, installation_id, "systemd"))
    if environment.user is not None:
        yield _user(environment.user, f"the service's user {environment.user} exists", "--system")
    if environment.app_path:
        yield Provision(
            title=f"{environment.app_path} belongs to {login}",
            shown=shlex.join(["install", "-d", "-o", login, environment.app_path]),
            there=files.script(_OWNED, login, environment.app_path, deadline=20),
            bring=files.script(_OWN, login, environment.app_path),
        )


def _login(login: str) -> Iterator[Provision]:
    yield _user(login, f"the user {login} exists")
    yield Provision(
        title=f"{login} is let in with the keys that root is let in with",
        shown=f"~root/.ssh/authorized_keys >> ~{login}/.ssh/authorized_keys",
        there=files.script(_ADMITTED, login, deadline=20),
        bring=files.script(_ADMIT, login),
    )


def _lingering(login: str) -> Provision:
    return Provision(
        title=f"services of {login} run without a login",
        shown=f"loginctl enable-linger {login}",
        there=files.script(_LINGERS, login, deadline=20),
        bring=command("loginctl", "enable-linger", "--", login),
    )


def _rights(login: str, ref: ServiceRef) -> Iterator[Provision]:
    """What sudoers(5) has to say, and the group that may read the journal."""
    yield Provision(
        title="sudo is installed",
        shown="apt-get install sudo",
        there=command("sudo", "--version", deadline=20),
        bring=files.script(_INSTALL, "sudo", deadline=900),
    )
    yield Provision(
        title=f"{login} may read the journal",
        shown=f"usermod -aG {JOURNAL} {login}",
        there=files.script(_MEMBER, login, JOURNAL, deadline=20),
        bring=command("usermod", "-aG", JOURNAL, "--", login),
    )
    rule, path = sudoers(login, ref), f"/etc/sudoers.d/{ref.name.removesuffix('.service').replace('.', '_')}"
    yield Provision(
        title=f"{login} may install and run {ref.name} by sudo",
        shown=f"{path}: {rule.strip()}",
        there=files.script(_SAYS, path, stdin=rule, deadline=20),
        bring=files.script(_RULE, path, stdin=rule),
    )


def sudoers(login: str, ref: ServiceRef) -> str:
    """The rule that allows exactly what a deployment does, escaped as the manual of the file wants it."""
    commands = (" ".join(map(_escaped, words)) for words in by_root(ref))
    return f"{login} ALL=(root) NOPASSWD: {', '.join(commands)}\n"


def _escaped(word: str) -> str:
    return re.sub(r"([,:=\\*?\[\]!])", r"\\\1", word)


def _user(name: str, title: str, *options: str) -> Provision:
    made = command("useradd", "--create-home", "--shell", "/bin/sh", *options, "--", name)
    there = command("id", "-u", "--", name, deadline=20)
    return Provision(title=title, shown=str(made), there=there, bring=made)
