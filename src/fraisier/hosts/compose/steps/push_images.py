"""Step kind `push_images`: what was built is in the registry, too, under the name that the Compose file gives it."""

from __future__ import annotations

import msgspec

from fraisier.errors import StepFailed
from fraisier.hosts.compose import commands
from fraisier.hosts.compose.project import Project
from fraisier.hosts.compose.release import require_pins
from fraisier.hosts.effect import effect
from fraisier.model.host import Site
from fraisier.model.step import NotUndone, Seen, step_kind


class Params(msgspec.Struct, frozen=True, kw_only=True):
    """`deadline` is in seconds, for each image."""

    project: Project
    release: str
    deadline: float = 900.0


@step_kind("push_images", params=Params, repeatable=True)
class PushImages:
    """A registry keeps what it was given; pushing the same image again changes nothing."""

    async def check(self, site: Site, params: Params) -> Seen:
        del site, params
        return Seen.CANNOT_TELL

    async def apply(self, site: Site, params: Params) -> None:
        pins = await require_pins(site.host, params.project.app_path, params.release)
        named = {name: called for name, called in pins.names.items() if called}
        if not named:
            raise StepFailed(
                "There is nothing to push: no service that is built has an image: in the Compose file.",
                hint="Give it one, such as registry.example.com/shop:latest, or remove `push: true`.",
            )
        pairs = [(pins.kept[name], called) for name, called in named.items()]
        await effect(site.host, commands.tag(pairs), "Naming the images for the registry")
        for called in named.values():
            hint = "Is the registry up, and `docker login` done on that machine?"
            push = commands.push(called, deadline=params.deadline)
            await effect(site.host, push, f"Pushing {called}", hint=hint)

    async def undo(self, site: Site, params: Params) -> NotUndone | None:
        pins = await require_pins(site.host, params.project.app_path, params.release)
        pushed = ", ".join(called for called in pins.names.values() if called)
        return NotUndone(
            what=f"{pushed} in the registry, as far as it was pushed",
            how="push a good version again, or remove it there",
        )
