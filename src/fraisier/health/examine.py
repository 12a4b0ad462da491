"""One attempt of every check, now: what `fraisier test` shows. Changes nothing, waits for nothing, retries nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec

from fraisier.health.check_type import check_type_of
from fraisier.health.params import Params
from fraisier.model.host import Site


class Examined(msgspec.Struct, frozen=True, kw_only=True):
    """What one check brought. `good` is None for one that was skipped, which is not the same as passed."""

    check: str
    good: bool | None
    said: str


async def examine(site: Site, params: Params) -> AsyncIterator[Examined]:
    """Every check in the order of the file; without any, whether the service has a living process of its own."""
    from fraisier.health.watch import Watch  # noqa: PLC0415 - asyncio, which planning does not need

    watch = await Watch.begin(site, params)
    for check in watch.checks:
        shown = check_type_of(check).shown(check)
        if not check.enabled:
            yield Examined(check=shown, good=None, said="skipped: it is disabled")
            continue
        answer = await watch.attempt(check)
        said = answer.said.partition(": ")[0] if answer.good else answer.said  # a good body is nobody's news
        yield Examined(check=shown, good=answer.good, said=said)
    if params.checks:
        return
    if not params.watched:
        yield Examined(check="process", good=None, said="skipped: no health check and no service to look at")
    else:
        standing = watch.standing()
        said = standing.said or "the service runs; no health check is configured"
        yield Examined(check="process", good=standing.good, said=said)
