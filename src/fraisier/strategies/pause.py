"""Time between two batches of hosts, in which people and monitoring may look."""

from __future__ import annotations

from typing import Final

import msgspec

from fraisier.model.host import Site
from fraisier.model.place import HERE
from fraisier.model.step import Position, Seen, Step, step_kind

MARGIN: Final = 30.0


class Params(msgspec.Struct, frozen=True, kw_only=True):
    seconds: float


def step(seconds: float) -> Step:
    return Step(
        kind="pause",
        title=f"Paused for {seconds:g} s",
        doing=f"Pausing for {seconds:g} s...",
        params={"seconds": seconds},
        position=Position.AFTER,
        deadline=seconds + MARGIN,
        host=HERE,
    )


@step_kind("pause", params=Params, repeatable=True)
class Pause:
    """Nothing happens for a while. A new owner pauses again: the last one may have died at once."""

    async def check(self, site: Site, params: Params) -> Seen:
        del site, params
        return Seen.NOT_DONE

    async def apply(self, site: Site, params: Params) -> None:
        import asyncio  # noqa: PLC0415 - planning does not wait

        del site
        await asyncio.sleep(params.seconds)

    async def undo(self, site: Site, params: Params) -> None:
        """Time does not come back."""
