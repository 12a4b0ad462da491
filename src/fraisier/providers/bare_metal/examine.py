"""Whether a service can be deployed to a host: who runs services there, the folder, its disk, the port. Only looks."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec

from fraisier.config.environment import Environment
from fraisier.errors import DeploymentError
from fraisier.git import tree
from fraisier.hosts import room
from fraisier.hosts.service_manager import detect, service_manager
from fraisier.hosts.service_ref import service_ref
from fraisier.hosts.steps import update_tree
from fraisier.model.command import command
from fraisier.model.finding import Finding, ok, problem, warning
from fraisier.model.host import Host
from fraisier.providers.bare_metal import in_place


async def machine(host: Host) -> AsyncIterator[Finding]:
    """What every deployment to this host needs."""
    git = await host.look(command("git", "--version", deadline=10))
    if git.ok:
        yield ok("git", git.output.strip())
    else:
        yield problem("git", f"git cannot be run on {host.name}.", "apt-get install git")
    manager = await detect(host)
    yield ok("service manager", f"{manager} runs services on {host.name}.")


async def lane(host: Host, environment: Environment, installation_id: str) -> AsyncIterator[Finding]:
    """What one environment needs there."""
    name = str(environment.identity)
    yield await room.folder(host, environment.app_path, name)
    if found := await _tree(host, environment.app_path, name):
        home, finding = found
        environment = msgspec.structs.replace(environment, app_path=home)
        yield finding
    if (disk := await room.disk(host, environment.app_path, name)) is not None:
        yield disk
    if environment.service and environment.service.port:
        yield await _port(host, environment, environment.service.port, installation_id)


async def _tree(host: Host, app_path: str, name: str) -> tuple[str, Finding] | None:
    """What stands for a Git work tree, and whether it may be deployed to; None for any other folder."""
    try:
        names = await host.list_folder(app_path) or ()
        if not (home := await in_place.home(host, app_path, names)):
            return None
        tree.refuse_modified(await update_tree.look(host, app_path), app_path)
    except DeploymentError as error:
        return app_path, problem(name, error.message, error.hint)
    return home, ok(name, f"{app_path} is a Git work tree, used in place: the switch is not atomic.")


async def _port(host: Host, environment: Environment, port: int, installation_id: str) -> Finding:
    name = str(environment.identity)
    listeners = await host.listeners(port)
    if not listeners:
        return ok(name, f"Port {port} is free.")
    service = service_ref(environment, installation_id, await detect(host))
    ours = await service_manager(service.manager).processes(host, service)
    strangers = [who for who in listeners if who.pid not in ours]
    if not strangers:
        return ok(name, f"Port {port} is answered by the service itself.")
    who = strangers[0]
    if who.pid == 0:
        return warning(
            name, f"Port {port} is taken by a process of another user.", f"ss -ltnp 'sport = :{port}'"
        )
    return problem(
        name,
        f"Port {port} is taken by pid {who.pid} ({who.command}), which is not the service.",
        f"kill {who.pid}, or choose another service.port",
    )
