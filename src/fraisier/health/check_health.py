"""Step kind `check_health`: the new version answers as it should, and it is the new version that answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fraisier.health.params import Params
from fraisier.model.host import Site
from fraisier.model.step import Seen, Skip, step_kind

__all__ = ["CheckHealth", "Params"]

if TYPE_CHECKING:
    from fraisier.health.watch import Watch


@step_kind("check_health", params=Params, repeatable=True)
class CheckHealth:
    """Every enabled check passes, one after the other; without any, the process stays up for a while."""

    async def check(self, site: Site, params: Params) -> Seen:
        watch = await _watch(site, params)
        answers = [await watch.attempt(check) for check in watch.checks if check.enabled] or [
            watch.standing()
        ]
        return Seen.DONE if all(answer.good for answer in answers) else Seen.NOT_DONE

    async def apply(self, site: Site, params: Params) -> Skip | None:
        if (nothing := _nothing_to_ask(params)) is not None:
            return nothing
        watch = await _watch(site, params)
        await watch.started()
        for check in watch.checks:
            if check.enabled:
                await watch.until_good(check)
            else:
                watch.skip(check)
        if not params.checks:
            await watch.stays_up(params.settle)
        return None

    async def undo(self, site: Site, params: Params) -> None:
        """Looking changed nothing."""


async def _watch(site: Site, params: Params) -> Watch:
    from fraisier.health.watch import Watch  # noqa: PLC0415 - asyncio, which planning does not need

    return await Watch.begin(site, params)


def _nothing_to_ask(params: Params) -> Skip | None:
    if params.checks and not params.enabled:
        return Skip("health check disabled")
    if not params.checks and not params.watched:
        return Skip("no health check and no service to look at")
    return None
