"""The health of jobs, as the version of `check_health` that looks at them: what runs is there, and its time will come."""

from __future__ import annotations

from typing import Final

import msgspec

from fraisier.errors import HealthCheckError
from fraisier.hosts import layout, timers
from fraisier.model.command import command
from fraisier.model.host import Host, Site
from fraisier.model.step import HEALTH, Seen, step_kind

JUDGED_BY_JOBS: Final = 4


class Params(msgspec.Struct, frozen=True, kw_only=True):
    """`scripts` are the programs of jobs that lie in the release. `unmanned`: nothing here starts jobs at their
    times; what a person can do about it.
    """

    app_path: str
    release: str
    scripts: tuple[str, ...] = ()
    timers: tuple[str, ...] = ()
    unmanned: str = ""


@step_kind(HEALTH, version=JUDGED_BY_JOBS, params=Params, repeatable=True)
class JobsReady:
    """No job is run for it: only a person or its time does that."""

    async def check(self, site: Site, params: Params) -> Seen:
        return Seen.DONE if await _wrong(site.host, params) is None else Seen.NOT_DONE

    async def apply(self, site: Site, params: Params) -> None:
        if (wrong := await _wrong(site.host, params)) is not None:
            raise wrong
        if params.unmanned:
            site.say(params.unmanned)

    async def undo(self, site: Site, params: Params) -> None:
        """Looking changed nothing."""


async def _wrong(host: Host, params: Params) -> HealthCheckError | None:
    folder = layout.release_path(params.app_path, params.release)
    for script in params.scripts:
        path = f"{folder}/{script}".replace("/./", "/") if not script.startswith("/") else script
        if not (await host.look(command("test", "-f", path, "-a", "-x", path, deadline=10))).ok:
            return HealthCheckError(
                f"{path} is no program that can be run.",
                hint=f"Put it into the repository, executable: git update-index --chmod=+x {script}",
            )
    if asleep := await timers.asleep(host, params.timers) if params.timers else []:
        return HealthCheckError(
            f"These timers do not run: {', '.join(asleep)}.", hint=f"systemctl status {asleep[0]}"
        )
    return None
