"""Step kind `switch_project`: THE switch. `current`, then Compose brings the release's services up."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fraisier.errors import StepFailed
from fraisier.hosts import files, layout
from fraisier.hosts.compose import commands
from fraisier.hosts.compose.containers import Container, containers, lives, of, strays
from fraisier.hosts.compose.override import Pins
from fraisier.hosts.compose.project import Project
from fraisier.hosts.compose.release import missing, pins_of, require_pins, up
from fraisier.hosts.effect import effect, last_lines
from fraisier.model.host import Host, Listener, Site
from fraisier.model.step import NotUndone, Seen, step_kind


class Params(msgspec.Struct, frozen=True, kw_only=True):
    """`previous` is the release that was live, None for a first deployment. `deadline` in seconds, for one `up`."""

    project: Project
    release: str
    previous: str | None = None
    deadline: float = 300.0


@step_kind("switch_project", params=Params, repeatable=True)
class SwitchProject:
    """Both ways do the same things in the same order, so both may stop between any two of them.

    Neither asks a registry or builds: every image lies there already.
    """

    async def check(self, site: Site, params: Params) -> Seen:
        return await _seen(site.host, params.project, params.release)

    async def apply(self, site: Site, params: Params) -> None:
        pins = await require_pins(site.host, params.project.app_path, params.release)
        await _refuse_strangers(site.host, params.project, pins)
        await _put(site.host, params, params.release, pins)

    async def undo(self, site: Site, params: Params) -> NotUndone | None:
        host = site.host
        if params.previous is None:
            return await _take_away(host, params)
        if await _seen(host, params.project, params.previous) is Seen.DONE:
            return None
        pins = await require_pins(host, params.project.app_path, params.previous)
        if gone := await missing(host, pins):
            raise StepFailed(
                f"The image of {', '.join(gone)} in the release {params.previous} is gone from {host.name}.",
                hint="Somebody removed it (docker system prune -a does); deploy that version again.",
            )
        await _put(host, params, params.previous, pins)
        return None


async def _seen(host: Host, project: Project, release: str) -> Seen:
    if layout.name_in(await host.read_link(layout.current_path(project.app_path))) != release:
        return Seen.NOT_DONE
    pins = await pins_of(host, project.app_path, release)
    if pins is None or not lives(await containers(host, project.name), release, pins):
        return Seen.NOT_DONE
    return Seen.DONE


async def _put(host: Host, params: Params, release: str, pins: Pins) -> None:
    link = layout.current_path(params.project.app_path)
    await effect(host, files.point(link, layout.current_target(release)), f"Pointing {link} to {release}")
    await effect(
        host,
        await up(host, params.project, release, pins, params.deadline),
        f"Bringing up {', '.join(pins.wanted or pins.served) or params.project.name}",
        hint="Try it by hand with `docker compose up` in the release folder; the lines above are its last output.",
    )
    there = await containers(host, params.project.name)
    if left := strays(there, release, pins):
        await effect(host, commands.remove(left), "Removing containers of another release")
    if not lives(there, release, pins):
        raise await _not_started(host, params.project, pins, there)


async def _not_started(host: Host, project: Project, pins: Pins, there: Sequence[Container]) -> StepFailed:
    """The error for containers that ended at once: what became of them, and their last lines."""
    seen = ", ".join(f"{one.service} is {one.status} ({one.exit_code})" for one in of(there, pins.served))
    logs = await host.look(commands.logs(project.name, pins.served, 20))
    return StepFailed(
        f"The services did not start on {host.name}: {seen or 'there is no container'}.\n"
        + last_lines(logs.output),
        hint="The lines above are their last output.",
    )


async def _take_away(host: Host, params: Params) -> NotUndone | None:
    """Back to nothing: no container, no network, no link. Volumes may hold what somebody needs."""
    what = f"Taking {params.project.name} down"
    await effect(host, commands.down(params.project.name, deadline=params.deadline), what)
    link = layout.current_path(params.project.app_path)
    await effect(host, files.remove(link), f"Removing {link}")
    found = (await host.look(commands.volumes(params.project.name))).output.split()
    if not found:
        return None
    return NotUndone(
        what=f"the volumes {', '.join(found)}",
        how=f"if nobody needs what is in them: docker volume rm {' '.join(found)}",
    )


async def _refuse_strangers(host: Host, project: Project, pins: Pins) -> None:
    """Raises `StepFailed`, before anything is stopped, when somebody else listens where the release would."""
    there = [one for one in await containers(host, project.name) if one.running]
    for name, ports in pins.ports.items():
        for port in ports:
            if any(one.publishes(port) for one in there):
                continue
            for who in await host.listeners(port):
                raise StepFailed(
                    f"Port {port} of the service {name} is held on {host.name} by {_shown(who)}.",
                    hint=f"Stop it, or publish another port: ss -ltnp 'sport = :{port}'",
                )


def _shown(who: Listener) -> str:
    return f"pid {who.pid} ({who.command})" if who.pid else "a process of another user"
