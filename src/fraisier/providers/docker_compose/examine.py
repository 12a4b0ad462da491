"""Whether containers can be deployed to a host: Docker, Compose, the folder, its disk, the port. Only looks."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fraisier.config.environment import Environment
from fraisier.hosts import room
from fraisier.hosts.compose import trouble
from fraisier.hosts.compose.containers import containers, gives
from fraisier.hosts.compose.project import project
from fraisier.model.command import command
from fraisier.model.finding import Finding, ok, problem
from fraisier.model.host import Host
from fraisier.providers.docker_compose.home import settled


async def machine(host: Host) -> AsyncIterator[Finding]:
    """What every deployment to this host needs."""
    git = await host.look(command("git", "--version", deadline=10))
    if git.ok:
        yield ok("git", git.output.strip())
    else:
        yield problem("git", f"git cannot be run on {host.name}.", "apt-get install git")
    found = await trouble.look(host)
    if isinstance(found, trouble.Trouble):
        yield problem("docker", found.said, found.fix)
    else:
        yield ok("docker", f"Docker {found.daemon} answers on {host.name}; Compose {found.compose}.")


async def lane(host: Host, environment: Environment, installation_id: str) -> AsyncIterator[Finding]:
    """What one environment needs there."""
    environment, name = settled(environment), str(environment.identity)
    yield await room.folder(host, environment.app_path, name)
    if (disk := await room.disk(host, environment.app_path, name)) is not None:
        yield disk
    port = environment.service.port if environment.service else None
    if port is not None and isinstance(await trouble.look(host), trouble.Engine):
        yield await _port(host, environment, port, installation_id)


async def _port(host: Host, environment: Environment, port: int, installation_id: str) -> Finding:
    name = str(environment.identity)
    there = await containers(host, project(environment, installation_id).name)
    if any(one.running and one.publishes(port) for one in there):
        return ok(name, f"Port {port} is answered by its own container.")
    strangers = [who for who in await host.listeners(port) if not gives(who, there)]
    if not strangers:
        return ok(name, f"Port {port} is free.")
    who = strangers[0]
    held = f"pid {who.pid} ({who.command})" if who.pid else "a process of another user"
    return problem(
        name, f"Port {port} is taken by {held}.", f"ss -ltnp 'sport = :{port}', or publish another port"
    )
