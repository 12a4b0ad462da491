"""Where things lie below `app_path`. Nothing else in the house spells these paths.

A Git work tree that is used in place keeps all of it in its `.git/fraisier`, and that folder stands for `app_path`
in plans; there, every release is the tree itself.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final

import msgspec

from fraisier.errors import DeploymentError
from fraisier.model.host import Host
from fraisier.model.release import Release

IN_TREE: Final = "/.git/fraisier"


def in_tree(tree: str) -> str:
    """What stands for `app_path` where the work tree is used in place."""
    return _below(tree) + IN_TREE


def tree_of(app_path: str) -> str | None:
    """The work tree that is used in place; None where releases have folders of their own."""
    return app_path.removesuffix(IN_TREE) if app_path.endswith(IN_TREE) else None


def releases_folder(app_path: str) -> str:
    return _below(app_path, "releases")


def release_path(app_path: str, name: str) -> str:
    """The folder of one release: the physical path that its process works in."""
    return tree_of(app_path) or _below(app_path, "releases", checked(name))


def manifest_path(app_path: str, name: str) -> str:
    return _beside(app_path, name, ".json")


def env_path(app_path: str, name: str) -> str:
    """The environment of one release with its secrets, mode 0600, as systemd.exec(5) reads it."""
    return _beside(app_path, name, ".env")


def unit_path(app_path: str, name: str) -> str:
    """What the service manager gets when this release becomes the live one."""
    return _beside(app_path, name, ".unit")


def current_path(app_path: str) -> str:
    return _below(app_path, "current")


def current_target(name: str) -> str:
    """What the link `current` says: relative, so that the whole tree may be looked at from elsewhere."""
    return f"releases/{checked(name)}"


def private_folder(app_path: str) -> str:
    """Fraisier's own folder there: the fence, the runner's state, what supervisor needs."""
    return app_path if tree_of(app_path) else _below(app_path, ".fraisier")


def started_path(app_path: str) -> str:
    """Which process was started for which release, where a tree is used in place."""
    return _below(private_folder(app_path), "started")


def mirror_path(app_path: str) -> str:
    """The bare mirror of a machine to which commits are sent."""
    return _below(private_folder(app_path), "mirror.git")


def before_folder(app_path: str) -> str:
    return _below(private_folder(app_path), "before")


def kept_folder(app_path: str, name: str, deployment: str) -> str:
    """Where `refresh_release` keeps what a release's files said before this deployment."""
    return _below(before_folder(app_path), checked("-".join(filter(None, (name, deployment)))))


def name_in(target: str | None) -> str | None:
    """The release that a `current` link means; None for no link or one that points elsewhere."""
    folder, _, name = (target or "").rstrip("/").rpartition("/")
    return name if name and PurePosixPath(folder).name == "releases" else None


def release_of(folder: str | None, releases: str) -> str | None:
    """The release that a physical folder lies in, given the physical `releases`; None for any other folder."""
    above, _, below = (folder or "").partition(f"{releases}/")
    return None if above or not below else below.partition("/")[0].removesuffix(" (deleted)")


async def physical_releases(host: Host, app_path: str) -> str:
    """Where `releases` really lies; this is what /proc says about working folders."""
    return await host.real_path(releases_folder(app_path))


def checked(name: str) -> str:
    """A release's name, which becomes part of paths. Raises `DeploymentError` for anything that is none."""
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._+-]*", name):
        return name
    raise DeploymentError(
        f"{name!r} cannot be the name of a release.", hint="Letters, digits, and . _ + - only."
    )


def age(name: str) -> tuple[int | str, ...]:
    """Sorts names of releases from the oldest to the newest: numbers as numbers."""
    parts = re.split(r"(\d+)", name)
    return tuple(int(part) if index % 2 else part for index, part in enumerate(parts))


async def read_releases(host: Host, app_path: str) -> tuple[tuple[Release, ...], Release | None]:
    """All finished releases, oldest first, and the live one.

    A folder without a manifest was never finished and is not listed; in a tree the manifest is all there is. Raises `DeploymentError` for a manifest
    that cannot be read, and for a `current` that points to nothing known.
    """
    entries, current = await asyncio.gather(
        host.list_folder(releases_folder(app_path)), host.read_link(current_path(app_path))
    )
    names = [name.removesuffix(".json") for name in entries or [] if name.endswith(".json")]
    finished = [name for name in sorted(names, key=age) if tree_of(app_path) or name in (entries or [])]
    found = await asyncio.gather(*(_read_manifest(host, app_path, name) for name in finished))
    return tuple(found), _live(found, current, app_path)


def _live(found: Sequence[Release], target: str | None, app_path: str) -> Release | None:
    if target is None:
        return None
    name = name_in(target)
    for release in found:
        if release.name == name:
            return release
    raise DeploymentError(
        f"{current_path(app_path)} points to {target}, and no finished release of that name lies there.",
        hint="Point it to a release that has a manifest beside it, or remove the link, and deploy again.",
    )


async def _read_manifest(host: Host, app_path: str, name: str) -> Release:
    path = manifest_path(app_path, name)
    try:
        return msgspec.json.decode(await host.read_text(path) or "", type=Release)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise DeploymentError(
            f"The manifest {path} on {host.name} cannot be read: {error}",
            hint=f"Remove it together with {release_path(app_path, name)} if that release is not live.",
        ) from error


def _beside(app_path: str, name: str, end: str) -> str:
    return _below(app_path, "releases", checked(name) + end)


def _below(*parts: str) -> str:
    return str(PurePosixPath(*parts))
