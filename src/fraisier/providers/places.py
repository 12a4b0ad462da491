"""Where the machines of an environment are. Pure."""

from __future__ import annotations

from pathlib import PurePosixPath

from fraisier.config.environment import Environment
from fraisier.git.mirror import work_folder
from fraisier.model.identity import Identity
from fraisier.model.place import HERE, Place, Ssh
from fraisier.providers.provider import provider_of


def places(environment: Environment, installation_id: str, job: str = "") -> tuple[Place, ...]:
    """The targets in the order of the file; for those behind SSH, the machine that Fraisier runs on is the last."""
    folder = fence_folder(environment, job)
    if not environment.hosts:
        return (Place(folder=folder),)
    away = (Place(name=host, ssh=way(environment, host), folder=folder) for host in environment.hosts)
    return (*away, Place(name=HERE, folder=own_folder(environment, installation_id, job)))


def fence_folder(environment: Environment, job: str = "") -> str:
    """Where a target keeps its side of the fence: each job has one of its own, for it runs beside the others."""
    folder = provider_of(environment).fence_folder(environment)
    return str(PurePosixPath(folder, "jobs", _lane(environment, job).slug)) if job else folder


def way(environment: Environment, host: str) -> Ssh:
    """How this host is reached."""
    return Ssh(host=host, user=environment.ssh_user, port=environment.ssh_port, key=environment.ssh_key)


def own_folder(environment: Environment, installation_id: str, job: str = "") -> str:
    """Where the machine that Fraisier runs on keeps its side of a lane whose target is another one."""
    return str(PurePosixPath(work_folder(), "lanes", f"{installation_id}-{_lane(environment, job).slug}"))


def _lane(environment: Environment, job: str) -> Identity:
    return Identity(environment.fraise, environment.environment, job)
