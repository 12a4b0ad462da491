"""Step kind `make_images`: every image of the new release lies on the host, under a name that only the release has.

Nothing live is touched. What is built is named after the release; what others have made, after its content.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from fraisier.errors import StepFailed
from fraisier.hosts import env_file, files, layout
from fraisier.hosts.compose import commands, described, override
from fraisier.hosts.compose.commands import Env
from fraisier.hosts.compose.described import ServiceFacts
from fraisier.hosts.compose.override import Pins
from fraisier.hosts.compose.project import Project, image, tag_of
from fraisier.hosts.compose.release import collect, image_ids
from fraisier.hosts.effect import effect
from fraisier.model.host import Site
from fraisier.model.step import Seen, step_kind


class Params(msgspec.Struct, frozen=True, kw_only=True):
    """`files` and `services` are as fraises.yaml names them; empty: what Compose would take, and all of it.

    `image` is run instead of building the only service of its own. `settings` are more of what Compose shall know
    about the release's own services; `alone` describes the only one where there is no Compose file. `env_vars` are unresolved. `deadline` in seconds, for building and pulling.
    `for_jobs`: the services only run jobs, and a deployment brings up what they need.
    """

    project: Project
    release: str
    files: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    image: str = ""
    cache: bool = True
    settings: dict[str, Any] = msgspec.field(default_factory=dict)
    alone: dict[str, Any] = msgspec.field(default_factory=dict)
    env_vars: dict[str, str] = msgspec.field(default_factory=dict)
    env_files: tuple[str, ...] = ()
    deadline: float = 1800.0
    for_jobs: bool = False

    @property
    def folder(self) -> str:
        return layout.release_path(self.project.app_path, self.release)

    @property
    def unit(self) -> str:
        return layout.unit_path(self.project.app_path, self.release)


@step_kind("make_images", params=Params, repeatable=True)
class MakeImages:
    """The file that pins the release is written last: where it lies, all images do."""

    async def check(self, site: Site, params: Params) -> Seen:
        return Seen.NOT_DONE if await site.host.read_text(params.unit) is None else Seen.DONE

    async def apply(self, site: Site, params: Params) -> None:
        variables = env_file.values(site, params.env_vars, params.env_files)
        env = override.passed(variables)
        names = () if params.alone else await described.files_of(site.host, params.folder, params.files)
        services = await _services(site, params, names, env)
        own = override.own(services, params.services)
        services = _with_image(services, own, params.image)
        built = await _build(site, params, names, services, env)
        taken = await _take(site, params, services, own)
        kept = {**built, **{name: image(params.project, name, tag_of(id_)) for name, id_ in taken.items()}}
        ids = await image_ids(site.host, tuple(built.values()))
        jobs = (params.services or own) if params.for_jobs else ()
        pins = Pins(
            files=names,
            own=own,
            wanted=tuple(name for name in services if name not in jobs) if jobs else params.services,
            jobs=jobs,
            images={name: ids[there] for name, there in built.items()} | taken,
            kept=kept,
            names={name: services[name].image for name in kept if services[name].build},
            ports={name: services[name].ports for name in own if name not in jobs},
            alone={key: value for key, value in params.alone.items() if key != "build"},
        )
        text = override.render(pins, params.release, variables, params.settings)
        await effect(site.host, files.write(params.unit, text, mode=0o600), f"Writing {params.unit}")

    async def undo(self, site: Site, params: Params) -> None:
        await effect(site.host, files.unwrite(params.unit), f"Removing {params.unit}")
        await collect(site.host, params.project)


async def _services(site: Site, params: Params, names: tuple[str, ...], env: Env) -> dict[str, ServiceFacts]:
    asked = described.describe(
        params.project.name,
        _paths(params, names),
        params.services,
        env=env,
        cwd=params.folder,
        stdin=override.named({}, params.alone) if params.alone else "",
    )
    return described.parse((await site.host.look(asked)).output)


def _with_image(
    services: Mapping[str, ServiceFacts], own: tuple[str, ...], wanted: str
) -> dict[str, ServiceFacts]:
    """The services with the image that fraises.yaml names instead of what the one of its own would build."""
    if not wanted:
        return dict(services)
    if len(own) != 1:
        raise StepFailed(
            f"docker_image is one image, and these services would take it: {', '.join(own)}.",
            hint="Name the one under `service:` in fraises.yaml.",
        )
    replaced = msgspec.structs.replace(services[own[0]], build=False, image=wanted, pull_policy="")
    return {**services, own[0]: replaced}


async def _build(
    site: Site, params: Params, names: tuple[str, ...], services: Mapping[str, ServiceFacts], env: Env
) -> dict[str, str]:
    """Build what has a recipe; the image of each such service by name."""
    built = {name: image(params.project, name, params.release) for name, one in services.items() if one.build}
    if built:
        what = commands.compose(
            params.project.name,
            "build",
            *([] if params.cache else ["--no-cache"]),
            *built,
            files=[*_paths(params, names), *([] if params.alone else ["-"])],
            env=env,
            cwd=params.folder,
            stdin=override.named(built, params.alone),
            deadline=params.deadline,
        )
        hint = "Fix the Dockerfile and deploy again."
        await effect(site.host, what, f"Building the image of {', '.join(built)}", hint=hint)
    return built


async def _take(
    site: Site, params: Params, services: Mapping[str, ServiceFacts], own: tuple[str, ...]
) -> dict[str, str]:
    """Fetch what others have built, and keep it under names that mean just that; the id of each such service's image."""
    taken = {name: one.image for name, one in services.items() if not one.build}
    if not taken:
        return {}
    ids = await image_ids(site.host, tuple(taken.values()))
    wanted = {
        name: what
        for name, what in taken.items()
        if _must_pull(services[name], carries=name in own, there=what in ids)
    }
    for name, what in wanted.items():
        pull = commands.pull(what, deadline=params.deadline)
        hint = "Is the name right, the registry up, and `docker login` done on that machine?"
        await effect(site.host, pull, f"Pulling the image of {name}", hint=hint)
    if wanted:
        ids = await image_ids(site.host, tuple(taken.values()))
    if absent := [what for what in taken.values() if what not in ids]:
        raise StepFailed(
            f"There is no image {absent[0]} on {site.host.name}, and it may not be pulled.",
            hint="Change its pull_policy in the Compose file, or load the image there.",
        )
    pairs = [(what, image(params.project, name, tag_of(ids[what]))) for name, what in taken.items()]
    await effect(site.host, commands.tag(pairs), "Keeping the images")
    return {name: ids[what] for name, what in taken.items()}


def _must_pull(service: ServiceFacts, *, carries: bool, there: bool) -> bool:
    """A release's own image is always asked for anew: the same name may mean another one today.

    What it merely needs, such as a database, stays as it is; an upgrade of it is nobody's surprise.
    """
    match service.pull_policy:
        case "never":
            return False
        case "always":
            return True
        case "missing" | "if_not_present":
            return not there
        case _:
            return carries or not there


def _paths(params: Params, names: tuple[str, ...]) -> list[str]:
    """What describes the services; `-` is standard input."""
    return [f"{params.folder}/{name}" for name in names] if not params.alone else ["-"]
