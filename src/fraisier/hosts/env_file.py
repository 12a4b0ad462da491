"""The environment of a release as a file: the quoting that systemd.exec(5) and POSIX sh both undo exactly."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping

from fraisier.errors import ConfigurationError, StepFailed
from fraisier.hosts.launch import parse_env
from fraisier.model.host import Host, Site
from fraisier.model.secret import Secret
from fraisier.secrets.env_file import parse


def render(env: Mapping[str, str]) -> str:
    """One `NAME="value"` a line, in the order of names. Raises `ConfigurationError` for what no process can get."""
    return "".join(f'{_name(name)}="{_quoted(name, env[name])}"\n' for name in sorted(env))


def digests(salt: str, env: Mapping[str, str]) -> dict[str, str]:
    """What the manifest keeps of the environment: enough to see that a value changed, not what it was."""
    return {
        name: hashlib.sha256(f"{salt}:{name}={value}".encode()).hexdigest()
        for name, value in sorted(env.items())
    }


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The names whose digests differ, or that only one side has."""
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def values(site: Site, env_vars: Mapping[str, str], files: Iterable[str]) -> dict[str, str | Secret]:
    """What the service will see. The later file wins, and `env_vars` win over all files.

    Raises `ConfigurationError` for a reference or a file that cannot be read.
    """
    found: dict[str, str | Secret] = {}
    for path in files:
        found |= parse(plain(site.resolve(f"${{file:{path}}}")), path)
    return found | {name: site.resolve(text) for name, text in env_vars.items()}


def resolved(site: Site, env_vars: Mapping[str, str], files: Iterable[str]) -> dict[str, str]:
    """The same as texts. They are secrets from here on."""
    return {name: plain(value) for name, value in values(site, env_vars, files).items()}


def plain(value: str | Secret) -> str:
    return value.reveal() if isinstance(value, Secret) else value


async def read(host: Host, path: str, public: Collection[str] = ()) -> dict[str, str | Secret]:
    """The environment that lies on the host; all of it is secret but the values of the `public` names.

    Raises `StepFailed` when the file is missing or not ours.
    """
    text = await host.read_text(path)
    if text is None:
        raise StepFailed(f"The environment file {path} is missing on {host.name}.", hint="Deploy again.")
    try:
        return {name: value if name in public else Secret(value) for name, value in parse_env(text).items()}
    except ValueError as error:
        raise StepFailed(
            f"The environment file {path} on {host.name} was changed by hand: {error}.",
            hint="Put the values into env_vars of fraises.yaml and deploy again.",
        ) from error


def _broken(value: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in value)


def _name(name: str) -> str:
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        return name
    raise ConfigurationError(
        f"{name!r} in env_vars cannot be the name of an environment variable.",
        hint="Letters, digits and _ only, and no digit first.",
    )


def _quoted(name: str, value: str) -> str:
    if "\0" in value or (not value.isascii() and _broken(value)):
        raise ConfigurationError(
            f"The value of {name} holds a NUL byte or is not UTF-8; no service manager can pass it on.",
            hint="Encode it, for example in base64.",
        )
    return re.sub(r'([\\"$`])', r"\\\1", value)
