"""Step kind `place_timers`: the timers of jobs whose target is another machine. They lie where Fraisier is: what a timer
starts is `fraisier job run`, which knows the way, waits for deployments, and writes the result down.
"""

from __future__ import annotations

import msgspec

from fraisier.hosts import files, timers
from fraisier.hosts.effect import effect
from fraisier.hosts.service_manager import detect
from fraisier.model.host import Host, Site
from fraisier.model.step import Seen, Skip, step_kind


class Params(msgspec.Struct, frozen=True, kw_only=True):
    """`folder` is the lane's own on that machine; it remembers which units are live and what they took the place of.

    `units` are all of them by name. `attempt` names the deployment. `unmanned` is said where systemd does not run.
    """

    folder: str
    units: dict[str, str]
    attempt: str
    unmanned: str = ""

    @property
    def live(self) -> str:
        return f"{self.folder}/timers.json"

    @property
    def before(self) -> str:
        return f"{self.folder}/timers-before-{self.attempt}.json"


@step_kind("place_timers", params=Params, repeatable=True)
class PlaceTimers:
    """What was there before is kept until the next deployment, so both ways can be gone from any point."""

    async def check(self, site: Site, params: Params) -> Seen:
        if await detect(site.host) != "systemd":
            return Seen.DONE
        same = await timers.staged(site.host, params.live) == params.units
        placed = same and await timers.in_place(site.host, params.units)
        return Seen.DONE if placed else Seen.NOT_DONE

    async def apply(self, site: Site, params: Params) -> Skip | None:
        host = site.host
        if await detect(host) != "systemd":
            return Skip(params.unmanned) if params.unmanned else None
        before = await timers.staged(host, params.live)
        if await host.read_text(params.before) is None:
            await effect(host, files.make_folder(params.folder), "Keeping the timers that were there")
            await _write(host, params.before, before)
        await timers.put(host, params.units, before)
        await _write(host, params.live, params.units)
        return None

    async def undo(self, site: Site, params: Params) -> None:
        host = site.host
        if await host.read_text(params.before) is None:
            return
        before = await timers.staged(host, params.before)
        if before:
            await timers.put(host, before, params.units)
        else:
            await timers.take_away(host, params.units)
        await _write(host, params.live, before)
        await effect(host, files.remove(params.before), "Forgetting the timers that were kept")


async def _write(host: Host, path: str, units: dict[str, str]) -> None:
    content = msgspec.json.encode(units).decode()
    await effect(host, files.write(path, content, mode=0o600), f"Writing {path}")
