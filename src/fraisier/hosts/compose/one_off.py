"""One command in a container of its own, in a service and an image of a release. Dockerd runs it, which no fence ends: so
whoever begins or undoes a run ends first what an earlier one has left there.
"""

from __future__ import annotations

import msgspec

from fraisier.errors import StepFailed
from fraisier.hosts import env_file, layout
from fraisier.hosts.compose import commands, override
from fraisier.hosts.compose.project import Project
from fraisier.hosts.compose.release import files_of, missing, require_pins
from fraisier.hosts.effect import effect
from fraisier.model.command import Command
from fraisier.model.host import Host


class Inside(msgspec.Struct, frozen=True, kw_only=True):
    """Where a job runs: a service of a project. `mount` is a folder of the host that it sees in the same place."""

    project: Project
    service: str
    job: str
    mount: str = ""


async def run(
    host: Host, inside: Inside, release: str, what: Command, doing: str, *, public: tuple[str, ...]
) -> None:
    """Run it to its end in the image that the release is pinned to, with the variables of the release and its own; no
    words are the service's own command. Raises `StepFailed`, `CommandFailed`.
    """
    owner = inside.project
    pins = await require_pins(host, owner.app_path, release)
    if inside.service in await missing(host, pins):
        raise StepFailed(
            f"The image of {inside.service} in the release {release} is gone from {host.name}.",
            hint="Somebody removed it (docker system prune -a does); deploy that version again.",
        )
    await end(host, inside)
    env = await env_file.read(host, layout.env_path(owner.app_path, release), public)
    composed = commands.compose(
        owner.name,
        *commands.once(inside.job, what.env, inside.mount),
        inside.service,
        *what.argv,
        files=files_of(owner.app_path, release, pins),
        env={**override.passed(env), **what.env},
        cwd=layout.release_path(owner.app_path, release),
        deadline=what.deadline,
    )
    shown = f" ({what})" if what.argv else ""
    await effect(host, composed, f"{doing}{shown} in a container of {inside.service}")


async def end(host: Host, inside: Inside) -> None:
    """No container of this job is there any more, and none of an earlier run can still come to life."""
    what = commands.end_runs(inside.project.name, inside.job)
    await effect(host, what, f"Ending the containers of the job {inside.job}")
