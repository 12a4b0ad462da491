"""Why a machine could not be reached over SSH, in people's words, and the command that helps."""

from __future__ import annotations

import os
import re
import shlex
import socket
from pathlib import Path
from typing import Final, TypeVar

import asyncssh

from fraisier.errors import Refused, Unreachable
from fraisier.model.place import Ssh

_HOST: Final = re.compile(r"\bhost (?P<host>\S+?)(?: with alias (?P<alias>\S+))?$")
_DEFAULT_PORT: Final = 22
T = TypeVar("T")


def explain(way: Ssh, options: asyncssh.SSHClientConnectionOptions | None, error: Exception) -> Unreachable:
    """The error for whatever kept a connection from being made."""
    name, host, port = (
        way.host,
        _of(options, "host", way.host),
        _of(options, "port", way.port or _DEFAULT_PORT),
    )
    user = _of(options, "username", way.user or "")
    if isinstance(error, asyncssh.HostKeyNotVerifiable):
        return _not_trusted(name, _where(error, host), port, options)
    if isinstance(error, asyncssh.PermissionDenied):
        return _not_admitted(way, user, host, port)
    if isinstance(error, asyncssh.KeyExchangeFailed | asyncssh.ProtocolNotSupported):
        return Refused(
            f"{name}: its SSH server and ours know no common algorithm: {error.reason}.",
            hint="Bring the SSH server of that machine up to date.",
        )
    if isinstance(error, TimeoutError):
        return Unreachable(
            f"{name} did not answer in time at {host} port {port}.",
            hint=f"Is the machine up, and may this one reach it? nc -vz {shlex.quote(host)} {port}",
        )
    if isinstance(error, socket.gaierror):
        return Unreachable(
            f"{name}: nobody knows a machine called {host}.",
            hint="Correct `host` in fraises.yaml, or give it a HostName in ~/.ssh/config.",
        )
    return Unreachable(
        f"{name} cannot be reached at {host} port {port}: {_said(error)}.",
        hint=f"Does its SSH server run, and on that port? nc -vz {shlex.quote(host)} {port}",
    )


def unusable_key(name: str, path: Path) -> Refused | None:
    """What is wrong with the file of a private key; None when it can be used."""
    try:
        mode = path.stat().st_mode
        path.open("rb").close()
    except OSError as error:
        return Refused(
            f"{name}: the private key {path} cannot be read: {error.strerror}.",
            hint="Name a key that is there in ssh_key, or leave it to ~/.ssh/config and the agent.",
        )
    if mode & 0o077:
        return Refused(
            f"{name}: the private key {path} can be read by others, so it is not used.",
            hint=f"chmod 600 {shlex.quote(str(path))}",
        )
    return None


def unusable_settings(name: str, error: Exception) -> Refused:
    """For a key that is locked or damaged, and for what ~/.ssh/config says wrongly."""
    if "passphrase" in str(error).lower() or isinstance(error, asyncssh.KeyEncryptionError):
        return Refused(
            f"{name}: the private key has a passphrase, and nobody can be asked here.",
            hint="Give it to an agent with ssh-add, and leave ssh_key out.",
        )
    return Refused(
        f"{name}: the settings for SSH cannot be used: {error}.",
        hint=f"ssh -G {shlex.quote(name)} shows them.",
    )


def _not_trusted(
    name: str, host: str, port: int, options: asyncssh.SSHClientConnectionOptions | None
) -> Refused:
    shown = host if port == _DEFAULT_PORT else f"[{host}]:{port}"
    if _is_known(host, port, options):
        return Refused(
            f"{name}: the machine at {shown} shows another host key than the one in known_hosts.",
            hint="Somebody may stand in between. Only when you know why it changed: "
            f"ssh-keygen -R {shlex.quote(shown)}",
        )
    where = ["-p", str(port)] if port != _DEFAULT_PORT else []
    return Refused(
        f"{name}: the host key of {shown} is not known here, so it is not trusted.",
        hint=f"{shlex.join(['ssh-keyscan', *where, host])} >> ~/.ssh/known_hosts, "
        "once its key is the one that the machine's owner names.",
    )


def _not_admitted(way: Ssh, user: str, host: str, port: int) -> Refused:
    words = ["ssh-copy-id"]
    words += ["-i", way.key] if way.key else []
    words += ["-p", str(port)] if port != _DEFAULT_PORT else []
    return Refused(
        f"{way.host} does not let {user} in with any key that we have.",
        hint=f"{shlex.join([*words, f'{user}@{host}'])}, or correct ssh_user and ssh_key.",
    )


def _is_known(host: str, port: int, options: asyncssh.SSHClientConnectionOptions | None) -> bool:
    files = [path for path in known_hosts(options) if Path(path).is_file()]
    if not files:
        return False
    found = asyncssh.match_known_hosts(
        asyncssh.read_known_hosts(files), host, "", None if port == _DEFAULT_PORT else port
    )
    return bool(found[0] or found[2])


def known_hosts(options: asyncssh.SSHClientConnectionOptions | None) -> list[str]:
    """The files of known host keys; `UserKnownHostsFile none` means none, not everybody."""
    named = getattr(options, "known_hosts", None) or []
    return [str(Path(path).expanduser()) for path in named] or [str(Path("~/.ssh/known_hosts").expanduser())]


def _where(error: asyncssh.HostKeyNotVerifiable, host: str) -> str:
    found = _HOST.search(error.reason)
    return (found["alias"] or found["host"]) if found else host


def _of(options: asyncssh.SSHClientConnectionOptions | None, name: str, otherwise: T) -> T:
    found: T | None = getattr(options, name, None)
    return found or otherwise


def _said(error: Exception) -> str:
    """In the system's words; asyncio has its own for a connection that was not made."""
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    return str(error) or type(error).__name__
