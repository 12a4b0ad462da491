"""A release on a host as Compose runs it: its folder, its environment, and the file that pins it."""

from __future__ import annotations

from typing import Final

import msgspec

from fraisier.errors import DeploymentError, StepFailed
from fraisier.hosts import env_file, layout
from fraisier.hosts.compose import commands, override
from fraisier.hosts.compose.override import Pins
from fraisier.hosts.compose.project import Project
from fraisier.hosts.effect import effect
from fraisier.model.command import Command
from fraisier.model.host import Host
from fraisier.model.secret import Secret

GONE: Final = "none"


async def pins_of(host: Host, app_path: str, release: str) -> Pins | None:
    """What pins a release; None where it was never made. Raises `DeploymentError` for a file that is not ours."""
    path = layout.unit_path(app_path, release)
    text = await host.read_text(path)
    if text is None:
        return None
    try:
        return override.read(text).x_fraisier
    except msgspec.MsgspecError as error:
        raise DeploymentError(
            f"{path} on {host.name} does not say which images the release {release} runs: {error}",
            hint="Was it deployed there by another provider? Give this environment an app_path of its own.",
        ) from error


async def require_pins(host: Host, app_path: str, release: str) -> Pins:
    """As `pins_of`. Raises `StepFailed` where there is nothing."""
    found = await pins_of(host, app_path, release)
    if found is None:
        raise StepFailed(
            f"{layout.unit_path(app_path, release)} is missing on {host.name}.",
            hint="The release was never staged, or somebody removed it: deploy again.",
        )
    return found


def files_of(app_path: str, release: str, pins: Pins) -> tuple[str, ...]:
    """The Compose files of the release, and what pins it last."""
    folder = layout.release_path(app_path, release)
    return (*(f"{folder}/{name}" for name in pins.files), layout.unit_path(app_path, release))


async def up(host: Host, project: Project, release: str, pins: Pins, deadline: float) -> Command:
    """The command that makes this release run; where there are only jobs, it ends what another one has left."""
    if pins.idle:
        return commands.down(project.name, deadline=deadline)
    env = await env_file.read(host, layout.env_path(project.app_path, release))
    return commands.up(
        project.name,
        pins.wanted,
        files=files_of(project.app_path, release, pins),
        env=override.passed(env),
        cwd=layout.release_path(project.app_path, release),
        deadline=deadline,
    )


async def meant(host: Host, project: Project, release: str) -> dict[str, str | Secret]:
    """The variables with which `docker compose` means this project, and the images of this release."""
    pins = await require_pins(host, project.app_path, release)
    env = await env_file.read(host, layout.env_path(project.app_path, release))
    aside = {name: value for name, value in override.passed(env).items() if name not in env}
    return {
        **aside,
        "COMPOSE_PROJECT_NAME": project.name,
        "COMPOSE_FILE": ":".join(files_of(project.app_path, release, pins)),
    }


async def image_ids(host: Host, images: tuple[str, ...]) -> dict[str, str]:
    """The id behind each name; names of images that are not there are left out."""
    if not images:
        return {}
    found = await host.look(commands.ids(images))
    lines = found.output.split()
    if not found.ok or len(lines) != len(images):
        raise StepFailed(
            f"Docker on {host.name} does not say which images it has: {found.output.strip()[-300:]}",
            hint="fraisier provider-test docker_compose",
        )
    return {name: line for name, line in zip(images, lines, strict=True) if line != GONE}


async def missing(host: Host, pins: Pins) -> list[str]:
    """The services whose images are gone, or are other ones by now."""
    ids = await image_ids(host, tuple(pins.kept.values()))
    return [name for name, kept in pins.kept.items() if ids.get(kept) != pins.images.get(name)]


async def collect(host: Host, project: Project) -> list[str]:
    """Forget the images that no release there is pinned to; their names."""
    doomed = await unused(host, project)
    if doomed:
        await effect(host, commands.forget(doomed), "Removing images that no release needs")
    return doomed


async def unused(host: Host, project: Project) -> list[str]:
    """The names of images that no release is pinned to."""
    listed = await host.look(commands.kept(project.images))
    if not listed.ok:
        raise StepFailed(
            f"Docker on {host.name} does not list its images: {listed.output.strip()[-300:]}",
            hint="fraisier provider-test docker_compose",
        )
    entries = await host.list_folder(layout.releases_folder(project.app_path)) or []
    names = [entry.removesuffix(".unit") for entry in entries if entry.endswith(".unit")]
    pinned = [await pins_of(host, project.app_path, name) for name in names]
    needed = {kept for pins in pinned if pins for kept in pins.kept.values()}
    return sorted(name for name in listed.output.split() if name not in needed)
