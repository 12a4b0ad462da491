"""Whether the targets still show what the last deployment left there. Changes nothing."""

from __future__ import annotations

import asyncio

from fraisier.config.environment import Environment
from fraisier.errors import FraiseQLError
from fraisier.model.commit import short
from fraisier.model.finding import Finding, ok, problem
from fraisier.model.host import Host
from fraisier.model.place import HERE
from fraisier.observer.grounds import Grounds
from fraisier.providers.provider import provider_of


async def drift(grounds: Grounds, environment: Environment) -> list[Finding]:
    """One finding for each thing that is not as it was left; a single good one where all is."""
    places = [place for place in grounds.places(environment) if place.name != HERE]
    recorded = (await grounds.past(environment.identity)).current
    try:
        async with grounds.readers(places) as hosts:
            found = await asyncio.gather(
                *(_on(host, grounds, environment, recorded) for host in hosts.targets.values())
            )
    except FraiseQLError as error:
        return [problem(str(environment.identity), error.message, error.hint)]
    wrong = [
        problem(str(environment.identity), f"{host}: {said}" if len(places) > 1 else said, _fix(environment))
        for host, all_of in zip(hosts.targets, found, strict=True)
        for said in all_of
    ]
    shown = f"{short(recorded)} runs as it was deployed." if recorded else "Nothing is deployed."
    return wrong or [ok(str(environment.identity), shown)]


async def _on(host: Host, grounds: Grounds, environment: Environment, recorded: str | None) -> list[str]:
    provider = provider_of(environment)
    view = await provider.look(host, environment)
    if view.live is None:
        return [f"{short(recorded)} is recorded, and nothing is deployed there."] if recorded else []
    said = await provider.drift(host, environment, grounds.installation_id, view.live)
    if view.live.commit.sha == recorded:
        return said
    what = f"{short(recorded)} is recorded" if recorded else "nothing is recorded"
    return [f"{what}, and {short(view.live.commit.sha)} is live.", *said]


def _fix(environment: Environment) -> str:
    return f"fraisier deploy {environment.fraise} {environment.environment} --force"
