"""Whether the targets answer, looked at again and again, for `fraisier_provider_availability`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from fraisier.engine.journal import in_thread
from fraisier.errors import DatabaseError, FraiseQLError
from fraisier.model.finding import Health
from fraisier.model.place import Place
from fraisier.observer.grounds import Grounds
from fraisier.providers.places import way

if TYPE_CHECKING:
    from fraisier.config import FraisierConfig

log = logging.getLogger(__name__)
WITHIN: Final = 20.0  # seconds for one target
FORGOTTEN: Final = 10  # rounds after which a target that nobody asks any more is forgotten

Target = tuple[str, Place]


async def probe_for_ever(grounds: Grounds, config: Callable[[], FraisierConfig]) -> None:
    """Look at every target of the configuration, all at the same time, and record what they said."""
    pause = grounds.timing.probe
    while True:
        answers = await asyncio.gather(*(_probe(grounds, *target) for target in targets(config())))
        try:
            for provider, host, reason in answers:
                state = {"provider": provider, "host": host, "available": reason is None, "reason": reason}
                await in_thread(grounds.database.call, "fn_record_probe", **state)
            before = datetime.now(UTC) - timedelta(seconds=pause * FORGOTTEN)
            await in_thread(grounds.database.call, "fn_forget_probes", before=f"{before:%Y-%m-%dT%H:%M:%S}")
        except DatabaseError as error:
            log.warning("what the targets said was not recorded: %s", error.message)
        await asyncio.sleep(pause)


def targets(config: FraisierConfig) -> list[Target]:
    """Each kind of target on each machine once."""
    from fraisier.providers.examiners import EXAMINERS  # noqa: PLC0415 - for observers, not for every command

    environments = [each for fraise in config.fraises.values() for each in fraise.environments.values()]
    found: dict[Target, None] = {}
    for each in environments:
        if each.provider in EXAMINERS:
            hosts = [Place(name=host, ssh=way(each, host)) for host in each.hosts] or [Place()]
            found.update(dict.fromkeys((each.provider, host) for host in hosts))
    return list(found)


async def _probe(grounds: Grounds, provider: str, place: Place) -> tuple[str, str, str | None]:
    """The provider, the host, and why it cannot be used; None when it can."""
    from fraisier.providers.examiners import EXAMINERS  # noqa: PLC0415 - as above

    try:
        async with asyncio.timeout(WITHIN), grounds.readers([place]) as hosts:
            found = [each async for each in EXAMINERS[provider].machine(hosts.of(place.name))]
    except TimeoutError:
        return provider, place.name, f"it did not answer within {WITHIN:g} s"
    except FraiseQLError as error:
        return provider, place.name, error.message
    wrong = [each.said for each in found if each.health is Health.PROBLEM]
    return provider, place.name, wrong[0] if wrong else None
