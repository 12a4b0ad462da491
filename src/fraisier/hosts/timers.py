"""Units of jobs on a host: put in place, taken away, looked at. A unit of the user's own is never written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from fraisier.errors import StepFailed
from fraisier.hosts import files, systemd
from fraisier.hosts.effect import effect
from fraisier.hosts.job_units import HEADER
from fraisier.hosts.systemd_scope import Scope, scope_on
from fraisier.model.host import Host

TIMER = ".timer"


async def staged(host: Host, path: str) -> dict[str, str]:
    """The units that a release brings; none where it has no jobs."""
    text = await host.read_text(path)
    return msgspec.json.decode(text, type=dict[str, str]) if text and text.startswith("{") else {}


async def in_place(host: Host, texts: Mapping[str, str]) -> bool:
    """Whether all of these units are the live ones, and their timers wait."""
    scope = await scope_on(host)
    for name, text in texts.items():
        if text and await host.read_text(f"{scope.folder}/{name}") != text:
            return False
    return not await asleep(host, timers(texts))


async def asleep(host: Host, names: Iterable[str]) -> list[str]:
    """Those of these timers that are not active."""
    scope = await scope_on(host)

    async def sleeps(name: str) -> bool:
        asked = scope.systemctl("is-active", "--quiet", "--", name, deadline=10)
        return not (await host.look(asked)).ok

    return [name for name in names if await sleeps(name)]


def timers(texts: Iterable[str]) -> list[str]:
    return sorted(name for name in texts if name.endswith(TIMER))


async def put(host: Host, texts: Mapping[str, str], instead_of: Mapping[str, str]) -> None:
    """Make these units the live ones, and take away those that stood there before and are not among them."""
    scope = await scope_on(host)
    await systemd.refuse_to_end_at_logout(host, scope, "The jobs")
    written = {name: text for name, text in texts.items() if text}
    await _refuse_foreign(host, scope, written)
    await take_away(host, {name: text for name, text in instead_of.items() if name not in texts})
    doing = "Installing the units of the jobs"
    await effect(host, files.make_folder(scope.folder), doing)
    for name, text in written.items():
        await effect(host, files.write(f"{scope.folder}/{name}", text), f"Installing the unit {name}")
    await effect(host, scope.systemctl("daemon-reload"), doing)
    for name in timers(texts):
        await effect(host, scope.systemctl("enable", "--quiet", "--", name), f"Enabling the timer {name}")
        await effect(host, scope.systemctl("restart", "--", name), f"Starting the timer {name}")


async def take_away(host: Host, texts: Mapping[str, str]) -> None:
    """Stop their timers, and remove the units that Fraisier wrote."""
    if not texts:
        return
    scope = await scope_on(host)
    for name in timers(texts):
        await host.run(scope.systemctl("disable", "--now", "--quiet", "--", name))  # it may be gone already
    own = [f"{scope.folder}/{name}" for name, text in texts.items() if text]
    await effect(host, files.unwrite(*own), "Removing the units of jobs")
    await effect(host, scope.systemctl("daemon-reload"), "Removing the units of jobs")


async def _refuse_foreign(host: Host, scope: Scope, written: Iterable[str]) -> None:
    """Raises `StepFailed` where a unit of that name is somebody else's."""
    for name in written:
        there = await host.read_text(f"{scope.folder}/{name}")
        if there is not None and not there.startswith(HEADER):
            raise StepFailed(
                f"The unit {name} on {host.name} was not written by Fraisier.",
                hint="Give the job another name for its unit, or leave its script out to use that unit as it is.",
            )
