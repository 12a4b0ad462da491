"""Which forge a repository is on, and what it is called there. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

import msgspec

from fraisier.config.environment import Environment
from fraisier.config.forge import Forge
from fraisier.git.place import host_and_path
from fraisier.git.statuses import api
from fraisier.git.statuses.api import Call
from fraisier.git.statuses.status import CommitStatus

Build = Callable[[str, str, CommitStatus], Call]


class Kind(msgspec.Struct, frozen=True):
    """`home` is the public server; `path` leads to the API of any other."""

    build: Build
    home: str
    path: str
    home_api: str


KINDS: Final = {
    "github": Kind(api.github, "https://github.com", "/api/v3", "https://api.github.com"),
    "gitlab": Kind(api.gitlab, "https://gitlab.com", "/api/v4", "https://gitlab.com/api/v4"),
    "gitea": Kind(api.gitea, "https://gitea.com", "/api/v1", "https://gitea.com/api/v1"),
    "forgejo": Kind(api.gitea, "https://codeberg.org", "/api/v1", "https://codeberg.org/api/v1"),
}


def api_of(name: str, forge: Forge) -> str:
    """Where the forge's API is."""
    if forge.api_url:
        return forge.api_url.rstrip("/")
    base = (forge.base_url or "").rstrip("/")
    return f"{base}{KINDS[name].path}" if base and base != KINDS[name].home else KINDS[name].home_api


def repository_on(name: str, forge: Forge, environment: Environment, git_repo: str) -> str | None:
    """The repository's path on this forge; None when it is somewhere else.

    Its host must be the forge's, unless the fraise says that this is its forge: ssh may have a host of its own.
    """
    named = environment.git
    if named and named.provider not in {None, name}:
        return None
    if named and named.base_url and named.base_url.rstrip("/") != (forge.base_url or "").rstrip("/"):
        return None
    server = urlsplit(forge.base_url or KINDS[name].home)
    host, path = host_and_path(git_repo)
    if not path or not (host == server.hostname or (named and named.provider == name)):
        return None
    below = server.path.strip("/")
    return path.removeprefix(f"{below}/") if below else path


def with_tokens(forges: Mapping[str, Forge]) -> dict[str, Forge]:
    """Those on which statuses can be set."""
    return {name: forge for name, forge in forges.items() if forge.token and name in KINDS}
