"""The environment of every call of Git: nobody is asked, nothing foreign is run, no secret becomes an argument."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from fraisier.git.address import Address
from fraisier.model.secret import Secret

Environment = Mapping[str, str | Secret]
Settings = tuple[tuple[str, str | Secret], ...]

REMOTE: Final = "fraisier"
_ALWAYS: Final = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "true",
    "SSH_ASKPASS": "true",
    "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_SSH_VARIANT": "ssh",
}
_TOKEN_LENGTH: Final = 20
_SETTINGS: Final = (
    ("core.hooksPath", "/dev/null"),
    ("core.fsmonitor", "false"),
    ("core.quotePath", "false"),
    ("submodule.recurse", "false"),
    # A pack is complete or absent; loose objects would be seen one by one when a fetch is killed.
    ("fetch.unpackLimit", "1"),
    ("transfer.unpackLimit", "1"),
    # Whatever tidies up must be over when the lock is given back.
    ("gc.autoDetach", "false"),
    ("maintenance.autoDetach", "false"),
    ("http.lowSpeedLimit", "1000"),
    ("http.lowSpeedTime", "60"),
    ("tar.umask", "0022"),
)
_INHERITED: Final = (
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "XDG_CONFIG_HOME"),
)
# Git asks a helper for credentials on a pipe: as part of a URL they would show in the list of processes.
_HELPER: Final = (
    '!answer() { test "$1" = get && printf "username=%s\\npassword=%s\\n" '
    '"$FRAISIER_GIT_USER" "$FRAISIER_GIT_PASSWORD"; }; answer'
)
_SSH: Final = (
    *("ssh", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes", "-o", "ConnectTimeout=15"),
    *("-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=4"),
)


def local() -> Environment:
    """For calls that read a mirror: no configuration but ours has a say in what they answer."""
    return {
        **_ALWAYS,
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
        **_settings(_SETTINGS),
    }


def tree() -> Environment:
    """For a work tree that people use, too: its own configuration stays in force (line ends, filters), hooks do not."""
    always = {name: value for name, value in _ALWAYS.items() if name != "GIT_ATTR_NOSYSTEM"}
    return {**always, **_settings((*_SETTINGS, ("safe.directory", "*")))}


def remote(address: Address, ours: Mapping[str, str]) -> Environment:
    """For calls that speak with the repository, known to them as the remote `fraisier`.

    `ours` is Fraisier's own environment; the proxies, certificates and `FRAISIER_SSH_KEY` in it are used. The
    user's and the system's Git configuration stays in force for proxies, certificates and credential helpers.
    """
    inherited = {name: _hidden(ours[name]) for name in _INHERITED if name in ours}
    return {
        **inherited,
        **_ALWAYS,
        "GIT_SSH_COMMAND": ssh_command(ours.get("FRAISIER_SSH_KEY", "")),
        **_agent(ours),
        **_credentials(address),
        **_settings((*_SETTINGS, *_remote(address))),
    }


def ssh_command(key: str) -> str:
    """What Git starts to reach a server: asks nobody, trusts no unknown host, offers only `key` if there is one."""
    if not key:
        return shlex.join(_SSH)
    path = str(Path(key).expanduser().absolute()).replace("%", "%%")
    return shlex.join([*_SSH, "-o", "IdentitiesOnly=yes", "-i", path])


def _settings(pairs: Settings) -> Environment:
    numbered: dict[str, str | Secret] = {"GIT_CONFIG_COUNT": str(len(pairs))}
    for index, (key, value) in enumerate(pairs):
        numbered |= {f"GIT_CONFIG_KEY_{index}": key, f"GIT_CONFIG_VALUE_{index}": value}
    return numbered


def _remote(address: Address) -> Settings:
    found: list[tuple[str, str | Secret]] = [(f"remote.{REMOTE}.url", address.url)]
    if address.is_local:
        # Git serves a repository of another user only when told to; naming it in fraises.yaml is telling.
        found.append((f"remote.{REMOTE}.uploadpack", "git -c safe.directory=* upload-pack"))
    if address.password:
        found += [("credential.helper", ""), ("credential.helper", _HELPER)]
    elif address.user:
        found.append(("credential.username", _user(address)))
    return tuple(found)


def _credentials(address: Address) -> Environment:
    if not address.password:
        return {}
    return {"FRAISIER_GIT_USER": _user(address), "FRAISIER_GIT_PASSWORD": Secret(address.password)}


def _user(address: Address) -> str | Secret:
    """Some forges take a token in the user's place; a plain name is no secret and hides nothing but itself."""
    is_token = len(address.user) >= _TOKEN_LENGTH and address.password in {"", "x-oauth-basic"}
    return Secret(address.user) if is_token else address.user


def _agent(ours: Mapping[str, str]) -> Environment:
    return {"SSH_AUTH_SOCK": ours["SSH_AUTH_SOCK"]} if ours.get("SSH_AUTH_SOCK") else {}


def _hidden(value: str) -> str | Secret:
    return Secret(value) if "@" in value else value
