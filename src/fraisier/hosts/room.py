"""Whether a folder on a host can take releases: whose it is, who may write it, how much its disk has left. Only looks."""

from __future__ import annotations

import posixpath
from typing import Final

from fraisier.errors import DeploymentError, FraiseQLError
from fraisier.hosts.steps import prepare_folder
from fraisier.model.command import command
from fraisier.model.finding import Finding, ok, problem, warning
from fraisier.model.host import Host

MIB: Final = 1024 * 1024
ENOUGH: Final = 100 * MIB
COMFORTABLE: Final = 1024 * MIB


async def folder(host: Host, app_path: str, name: str) -> Finding:
    """`name` is whose folder it is, for people."""
    names = await host.list_folder(app_path)
    try:
        prepare_folder.refuse_foreign(names or [], app_path, host.name)
    except (DeploymentError, FraiseQLError) as error:
        return problem(name, error.message, error.hint)
    nearest = app_path
    while names is None and nearest != "/":
        nearest = posixpath.dirname(nearest)
        names = await host.list_folder(nearest)
    if (await host.look(command("test", "-w", nearest, "-a", "-x", nearest, deadline=10))).ok:
        return ok(name, f"{app_path} can be written.")
    return problem(
        name,
        f"{nearest} cannot be written, and {app_path} is to be below it.",
        f'sudo install -d -o "$USER" {app_path}',
    )


async def disk(host: Host, app_path: str, name: str) -> Finding | None:
    """None where the file system has no size."""
    if (free := await host.room(app_path)) is None:
        return None
    said = f"The disk of {app_path} has {free // MIB} MiB left."
    if free < ENOUGH:
        return problem(name, said, f"make room: at least {ENOUGH // MIB} MiB are needed")
    if free < COMFORTABLE:
        return warning(name, said, "make room, or set a lower keep_releases")
    return ok(name, said)
