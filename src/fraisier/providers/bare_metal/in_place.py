"""A Git work tree that is used in place: `app_path` is a checkout, and the service runs in it. Only looks."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from fraisier.config.environment import Environment
from fraisier.errors import ConfigurationError, DeploymentError
from fraisier.git.tree import TreeState
from fraisier.hosts import layout
from fraisier.hosts.service_manager import service_manager
from fraisier.hosts.service_ref import service_ref
from fraisier.hosts.steps import update_tree
from fraisier.model.commit import Commit, short
from fraisier.model.host import Host
from fraisier.model.release import Release
from fraisier.providers.bare_metal.view import View, manager, migrated


async def home(host: Host, app_path: str, names: Collection[str]) -> str:
    """What stands for `app_path`, which holds these names; empty where it is no work tree. Raises `DeploymentError`
    for half a one.
    """
    if ".git" not in names:
        return ""
    if await host.list_folder(f"{app_path}/.git") is None:
        raise DeploymentError(
            f"{app_path} on {host.name} is a linked work tree: its .git is a file.",
            hint="Use a clone of its own, or an app_path that is empty or does not exist.",
        )
    return layout.in_tree(app_path)


async def settled(host: Host, environment: Environment) -> Environment:
    """The environment with what stands for its `app_path`, which may be that itself."""
    app_path = environment.app_path
    names = () if layout.tree_of(app_path) else await host.list_folder(app_path) or ()
    found = await home(host, app_path, names)
    return msgspec.structs.replace(environment, app_path=found) if found else environment


async def look(host: Host, environment: Environment, found: str) -> View:
    """See what lies in the tree. Raises `ConfigurationError` for a strategy that needs two versions at a time."""
    if environment.strategy != "recreate":
        raise ConfigurationError(
            f"{environment.identity} is deployed in place ({environment.app_path} is a Git work tree): one tree "
            f"cannot hold the two versions that the strategy {environment.strategy} needs.",
            hint="Use the strategy recreate, or an app_path that is empty or does not exist.",
        )
    releases, current = await layout.read_releases(host, found)
    seen = await update_tree.look(host, environment.app_path)
    chosen = await manager(host, environment)
    live = _as_it_lies(current, seen) if current else await _before_us(host, environment, seen, chosen)
    inside = msgspec.structs.replace(environment, app_path=found)
    return View(
        releases=releases,
        live=live,
        service_manager=chosen,
        migrated=await migrated(host, inside),
        home=found,
    )


def _as_it_lies(current: Release, seen: TreeState) -> Release:
    """Somebody may have moved the tree by hand; what was not moved by a deployment is what runs, or will."""
    if seen.head in {None, current.commit.sha, seen.moved}:
        return current
    return msgspec.structs.replace(current, commit=Commit(sha=str(seen.head)))


async def _before_us(host: Host, environment: Environment, seen: TreeState, chosen: str) -> Release | None:
    """A unit of the user's that runs already, in a tree that Fraisier has never deployed to."""
    service = environment.service
    if service is None or service.unit is None or seen.head is None:
        return None
    ref = service_ref(environment, "", chosen)
    if not await service_manager(ref.manager).processes(host, ref):
        return None
    return Release(name=f"found-{short(seen.head)}", commit=Commit(sha=seen.head))
